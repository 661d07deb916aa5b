/** Finds a Chromium for the browser tests and the software WebGPU driver, and installs Debian's where that is possible. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

function onPath(name) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** @returns path of a Chromium (CHROMIUM_PATH first), or undefined. */
export function findChromium() {
  const { CHROMIUM_PATH } = process.env;
  if (CHROMIUM_PATH) {
    if (!existsSync(CHROMIUM_PATH))
      throw new Error(`CHROMIUM_PATH names ${CHROMIUM_PATH}, which does not exist.`);
    return CHROMIUM_PATH;
  }
  return names.map(onPath).find(Boolean);
}

/**
 * Finds Chromium, installing Debian's package first where it is missing and this process may.
 * @throws Error that says what to install.
 */
export function ensureChromium() {
  const found = findChromium();
  if (found) return found;
  const advice =
    'The tests need Chromium, for the browser and for its software WebGPU driver. ' +
    'Install it (Debian, Ubuntu: apt-get install chromium libvulkan1), or set CHROMIUM_PATH to a Chromium or Chrome.';
  const mayInstall = onPath('apt-get') && process.getuid?.() === 0;
  if (!mayInstall) throw new Error(advice);
  process.stderr.write('Installing Chromium with apt-get ...\n');
  const apt = (...args) =>
    spawnSync('apt-get', args, {
      stdio: ['ignore', 2, 2],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status === 0;
  // The fonts: without any, Chromium lays text out in boxes of no size.
  const done =
    apt('update') &&
    apt('install', '-y', '--no-install-recommends', 'chromium', 'libvulkan1', 'fonts-dejavu-core');
  const installed = findChromium();
  if (!done || !installed) throw new Error(`apt-get could not install Chromium. ${advice}`);
  return installed;
}
