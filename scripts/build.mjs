/**
 * Builds the page for `start.mjs`, in a process of its own: the bundler holds about a gigabyte, which ends with it. Sends
 * the folder and the headers that the configuration asks for.
 */
import { join } from 'node:path';
import { build, resolveConfig } from 'vite';
import { main, root } from './install.mjs';

await main(async () => {
  await build({ root, logLevel: 'warn' });
  const config = await resolveConfig({ root, logLevel: 'warn' }, 'serve', 'production');
  process.send?.({
    folder: join(root, config.build.outDir),
    headers: config.preview.headers ?? {},
  });
  process.disconnect?.();
});
