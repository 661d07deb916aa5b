/**
 * Bundles the tests of kernels, parity and the search of the shell for Deno, which does not find modules without their
 * extension, as TensorFlow.js's gradients name each other.
 */
import { join } from 'node:path';
import { root } from '../install.mjs';

/** As deep as `cli/`, so that files beside the sources are found from here as from there. */
export const bundleFolder = join(root, '.lanes');

export async function bundle() {
  const { build } = await import('vite');
  await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    resolve: { alias: { vitest: join(root, 'scripts/lanes/vitest.ts') } },
    ssr: { noExternal: true, external: ['webgpu'] },
    build: {
      ssr: true,
      target: 'esnext',
      outDir: bundleFolder,
      emptyOutDir: true,
      minify: false,
      rollupOptions: {
        input: {
          kernels: join(root, 'scripts/lanes/run-tests.ts'),
          parity: join(root, 'cli/parity.ts'),
          search: join(root, 'cli/search.ts'),
        },
        output: { entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
      },
    },
  });
}
