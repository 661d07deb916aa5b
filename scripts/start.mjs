/**
 * Sets the lab up and serves it, from a fresh checkout on: installs what is missing, builds, and prints the address.
 *
 *   npm start -- [--port 4173] [--host]
 */
import { fork } from 'node:child_process';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { install, main, root } from './install.mjs';
import { serve } from './serve.mjs';

await main(async () => {
  const { port, host } = readOptions();
  install({ withDevelopment: false });
  const { folder, headers } = await build();
  const server = await serve(folder, headers, port, host);
  const { port: own } = server.address();
  process.stdout.write(`\n  MGAS Lab is running: http://localhost:${own}/\n`);
  if (host) {
    for (const address of networkAddresses())
      process.stdout.write(
        `  on the network:      http://${address}:${own}/  (browsers offer WebGPU only on localhost or https)\n`,
      );
  }
  process.stdout.write('  Ctrl-C stops it.\n\n');
});

/** @returns what `build.mjs` sends. */
function build() {
  return new Promise((resolve, reject) => {
    const child = fork(join(root, 'scripts/build.mjs'), { cwd: root });
    let built = null;
    child.on('message', (message) => (built = message));
    child.on('error', reject);
    child.on('close', () =>
      built ? resolve(built) : reject(new Error('The page could not be built: see above.')),
    );
  });
}

function networkAddresses() {
  return Object.values(networkInterfaces())
    .flat()
    .filter((entry) => entry && entry.family === 'IPv4' && !entry.internal)
    .map((entry) => entry.address);
}

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
    throw new Error(`${error.message}\nUsage: npm start -- [--port 4173] [--host]`, {
      cause: error,
    });
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new Error(`--port must be a whole number from 1 to 65535, not '${values.port}'.`);
  }
  return { port, host: values.host };
}
