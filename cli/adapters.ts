/**
 * Which Vulkan driver WebGPU in Node uses on Linux: a hardware driver where there is a card, else Mesa's lavapipe, else
 * Chromium's SwiftShader; or what `--adapter` (or MGAS_ADAPTER) says. VK_ICD_FILENAMES, set by hand, comes before the
 * automatic choice.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { findLavapipe } from '../scripts/lavapipe.mjs';
import { UsageError } from './usage-error.ts';

/** Where Debian, Ubuntu, Fedora and Google's own package keep Chromium's software driver. */
const swiftshaderDrivers = [
  '/usr/lib/chromium/vk_swiftshader_icd.json',
  '/usr/lib/chromium-browser/vk_swiftshader_icd.json',
  '/usr/lib64/chromium-browser/vk_swiftshader_icd.json',
  '/opt/google/chrome/vk_swiftshader_icd.json',
];
const driverFolders = [
  '/usr/share/vulkan/icd.d',
  '/etc/vulkan/icd.d',
  '/usr/local/share/vulkan/icd.d',
];

export interface AdapterOption {
  /** hardware, lavapipe, swiftshader, or the path of a driver's description. */
  adapter?: string;
}

export function addAdapterOption(command: Command): Command {
  return command.option(
    '--adapter <driver>',
    'hardware, lavapipe, swiftshader, or the path of a Vulkan driver (*_icd.json); by default the best available',
  );
}

/** @throws UsageError where an adapter is asked for that computing on the CPU would not use. */
export function checkAdapter({ adapter, backend }: AdapterOption & { backend: string }): void {
  if (adapter && backend !== 'webgpu')
    throw new UsageError('--adapter needs --backend webgpu: omit one of them.');
}

const isLavapipe = (path: string | undefined): boolean => /\/lvp_[^/]*$/.test(path ?? '');

/** A hardware driver is of use only together with a card: Mesa installs all of its drivers everywhere. */
function hardwareDrivers(): string[] {
  const cards = ['/dev/dri', '/dev'].some(
    (folder) =>
      existsSync(folder) &&
      readdirSync(folder).some((name) => /^(renderD\d+|nvidia\d+)$/.test(name)),
  );
  if (!cards) return [];
  return driverFolders
    .filter(existsSync)
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((path) => path.endsWith('.json') && !isLavapipe(path));
}

const swiftshader = (): string | undefined => swiftshaderDrivers.find(existsSync);

function named(adapter: string): string {
  const hardware = hardwareDrivers();
  switch (adapter) {
    case 'hardware':
      if (hardware.length > 0) return hardware.join(':');
      throw new UsageError('--adapter hardware: no graphics card with a Vulkan driver was found.');
    case 'lavapipe': {
      const found = findLavapipe();
      if (found) return found;
      throw new UsageError(
        '--adapter lavapipe: no version of Mesa 24 or newer was found. On Debian and Ubuntu, node scripts/lavapipe.mjs fetches it.',
      );
    }
    case 'swiftshader': {
      const found = swiftshader();
      if (found) return found;
      throw new UsageError('--adapter swiftshader: install it with apt-get install chromium.');
    }
    default:
      if (adapter.endsWith('.json') && existsSync(adapter)) return adapter;
      throw new UsageError(
        `--adapter ${adapter}: use hardware, lavapipe, swiftshader, or the path of an existing driver description (*_icd.json).`,
      );
  }
}

/**
 * Whether the chosen driver translates a program to machine code when it first runs, and keeps it in a cache on disk:
 * Mesa's lavapipe. Not its copy without that cache.
 */
export const compilesAtFirstRun = (): boolean =>
  isLavapipe(process.env.VK_ICD_FILENAMES) && process.env.MESA_SHADER_CACHE_DISABLE !== 'true';

/**
 * Sets the environment that the driver reads. Lavapipe computes with vectors of four numbers: with eight, its programs
 * compile 2.5 times longer and run no faster (docs/kernels.md).
 * @throws UsageError where the driver that was asked for is not there.
 */
export function chooseDriver(adapter?: string): void {
  chooseDescription(adapter);
  if (isLavapipe(process.env.VK_ICD_FILENAMES)) process.env.LP_NATIVE_VECTOR_WIDTH ??= '128';
}

function chooseDescription(adapter = process.env.MGAS_ADAPTER): void {
  // Metal and Direct3D need no help.
  if (process.platform !== 'linux') {
    if (adapter && adapter !== 'hardware')
      throw new UsageError(`--adapter ${adapter}: software drivers are chosen on Linux only.`);
    return;
  }
  if (adapter) {
    process.env.VK_ICD_FILENAMES = named(adapter);
    delete process.env.VK_DRIVER_FILES;
    return;
  }
  if (process.env.VK_ICD_FILENAMES || process.env.VK_DRIVER_FILES) return;
  if (hardwareDrivers().length > 0) return;
  const software = findLavapipe() ?? swiftshader();
  if (software) process.env.VK_ICD_FILENAMES = software;
}
