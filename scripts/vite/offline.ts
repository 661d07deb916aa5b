/** Builds the service worker (src/app/service-worker.ts) after the page, with the list of all files that it keeps. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'vite';
import type { Plugin, ResolvedConfig } from 'vite';

const source = 'src/app/service-worker.ts';
const name = 'sw.js';

export function offline(): Plugin {
  let config: ResolvedConfig;
  return {
    name: 'offline',
    apply: 'build',
    configResolved: (resolved) => void (config = resolved),
    closeBundle: {
      sequential: true,
      order: 'post',
      async handler() {
        const folder = resolve(config.root, config.build.outDir);
        await build({
          configFile: false,
          root: config.root,
          logLevel: 'warn',
          publicDir: false,
          define: { __FILES__: JSON.stringify(filesOf(folder)) },
          build: {
            ...{
              outDir: config.build.outDir,
              emptyOutDir: false,
              target: 'es2022',
              copyPublicDir: false,
            },
            rollupOptions: {
              input: join(config.root, source),
              output: { format: 'iife', entryFileNames: name },
            },
          },
        });
      },
    },
  };
}

/** A name with a hash in it is enough; others are known by what they hold. */
function filesOf(folder: string): { url: string; revision: string | null }[] {
  return (
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(folder.length + 1)
          .replaceAll('\\', '/'),
      )
      // All of Fashion-MNIST is larger than the rest of the lab: that much is not taken without asking.
      .filter(
        (file) =>
          !file.startsWith('data/fashion-mnist-full/') &&
          file !== name &&
          !file.endsWith('.map') &&
          !/\/(README\.md|LICENSE)$/.test(file),
      )
      .sort()
      .map((url) => ({
        url,
        revision: url.startsWith('assets/')
          ? null
          : createHash('sha256')
              .update(readFileSync(join(folder, url)))
              .digest('hex')
              .slice(0, 16),
      }))
  );
}
