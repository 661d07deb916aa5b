/**
 * Sets the lab up and serves it, from a fresh checkout on: installs what is missing, builds, and prints the address.
 *
 *   npm start -- [--port 4173] [--host]
 */
import { parseArgs } from 'node:util';
import { install, main, root } from './install.mjs';

await main(async () => {
  const { port, host } = readOptions();
  install({ withDevelopment: false });
  // Only now: vite is one of the packages that may just have been installed.
  const { build, preview } = await import('vite');
  await build({ root, logLevel: 'warn' });
  const server = await preview({ root, preview: { port, host, open: false }, logLevel: 'warn' });
  const { local, network } = server.resolvedUrls;
  process.stdout.write(`\n  MGAS Lab is running: ${local[0] ?? network[0]}\n`);
  if (host) {
    for (const url of network)
      process.stdout.write(
        `  on the network:      ${url}  (browsers offer WebGPU only on localhost or https)\n`,
      );
  }
  process.stdout.write('  Ctrl-C stops it.\n\n');
});

function readOptions() {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        port: { type: 'string', default: '4173' },
        host: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    throw new Error(`${error.message}\nUsage: npm start -- [--port 4173] [--host]`);
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new Error(`--port must be a whole number from 1 to 65535, not '${values.port}'.`);
  }
  return { port, host: values.host };
}
