/**
 * Installs the npm packages of package-lock.json where they are absent or stale. Imports nothing that must be installed
 * first, and does nothing (in a few milliseconds) where all is in place.
 *
 *   node scripts/install.mjs        with development tools
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(import.meta.dirname, '..');

/** @returns whether node_modules holds the locked version of every package that is needed. */
function isInstalled(withDevelopment) {
  // npm keeps a lock file of what it really installed inside node_modules.
  const installedLock = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installedLock)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedLock, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' ||
      entry.optional || // Native parts of other platforms.
      entry.devOptional ||
      (entry.dev && !withDevelopment) ||
      (installed[path]?.version === entry.version && existsSync(join(root, path))),
  );
}

/** Vite needs these. @throws Error in one sentence. */
export function checkNode(version) {
  const [major, minor] = version.split('.').map(Number);
  const works = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
  if (!works)
    throw new Error(
      `MGAS Lab needs Node 20.19 or newer of version 20, or 22.12 or newer; this is ${version}: install one from https://nodejs.org.`,
    );
}

/** Runs `npm ci` if needed. @throws Error with what to do when it fails. */
export function install({ withDevelopment = true } = {}) {
  checkNode(process.versions.node);
  if (isInstalled(withDevelopment)) return;
  process.stderr.write('Installing the packages of package-lock.json ...\n');
  const { status, error } = spawnSync(
    process.platform === 'win32' ? 'npm.cmd' : 'npm',
    ['ci', '--no-audit', '--no-fund', withDevelopment ? '--include=dev' : '--omit=dev'],
    {
      cwd: root,
      // Standard output belongs to the command that asked for the installation.
      stdio: ['ignore', 2, 2],
      shell: process.platform === 'win32',
      // Tests use the system's Chromium.
      env: { ...process.env, PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1' },
    },
  );
  if (status !== 0) {
    throw new Error(
      `npm ci failed${error ? ` (${error.message})` : ''}: check the connection to your npm registry, then try again.`,
    );
  }
}

/** Runs a script's main part, and shows an expected failure as one line instead of a stack. */
export async function main(run) {
  try {
    await run();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(() => install());
