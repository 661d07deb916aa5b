/**
 * WebGPU in Node, through Dawn (npm package `webgpu`). Call `installWebGPU()` before anything imports
 * `@tensorflow/tfjs-backend-webgpu`, which looks for WebGPU's globals when it is loaded.
 *
 * On Linux Dawn needs Vulkan: a loader (libvulkan.so.1) and a driver, which `adapters.ts` chooses. Debian's package
 * `chromium` brings both. In Deno its own WebGPU serves, on the same drivers.
 */
import { existsSync } from 'node:fs';
import { availableParallelism, constants } from 'node:os';
import { dirname, join } from 'node:path';
import { Gpu } from '../src/kernels/webgpu/runtime.ts';
import { chooseDriver, compilesAtFirstRun } from './adapters.ts';
import { restWhileWaiting } from './rest-while-waiting.ts';

const advice =
  'Install a Vulkan driver for your graphics card, or, for the software driver: apt-get install chromium libvulkan1. ' +
  '--adapter chooses a driver manually.';

/** What is asked of the adapter: as much as it has of each. */
const wantedLimits = [
  'maxStorageBuffersPerShaderStage',
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
] as const satisfies readonly (keyof GPUSupportedLimits)[];
const wantedFeatures: readonly GPUFeatureName[] = ['subgroups', 'timestamp-query', 'shader-f16'];

/** Dawn crashes at exit when its instance or a device was collected before: both are held until the process ends. */
let installed: Promise<GPU> | null = null;
const devices = new Set<GPUDevice>();

/**
 * Maps a library into the process for good, so that Dawn's own search for its name finds it. `process.dlopen` is meant
 * for Node's addons and always throws here; RTLD_NODELETE keeps the library in spite of that.
 */
function preload(library: string): void {
  const RTLD_NODELETE = 0x1000;
  try {
    process.dlopen({ exports: {} }, library, constants.dlopen.RTLD_LAZY | RTLD_NODELETE);
  } catch {
    // Expected: it is no addon. If it was not loaded either, requesting an adapter says so.
  }
}

/** Chromium's loader lies beside its driver: without the system's own (Debian: libvulkan1), that one does as well. */
function loadVulkan(): void {
  const icd = process.env.VK_ICD_FILENAMES;
  const systemLoader = ['/usr/lib', '/usr/lib64', '/lib'].some((folder) =>
    [folder, join(folder, `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`)].some(
      (path) => existsSync(join(path, 'libvulkan.so.1')),
    ),
  );
  if (icd && !systemLoader) {
    const loader = join(dirname(icd), 'libvulkan.so.1');
    if (existsSync(loader)) preload(loader);
  }
}

/** Deno has a WebGPU of its own (wgpu). */
const inDeno = 'Deno' in globalThis;

async function install(driver?: string): Promise<GPU> {
  chooseDriver(driver); // Before the import: the native module reads the environment when it is loaded.
  if (inDeno) return globalThis.navigator.gpu;
  loadVulkan();
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  restWhileWaiting(globalThis);
  const gpu = create([]);
  if (typeof globalThis.navigator === 'undefined') {
    // Node 20. TensorFlow.js asks for the user agent when it looks for mobile devices.
    Object.defineProperty(globalThis, 'navigator', {
      value: { userAgent: `Node.js/${process.versions.node}` },
      configurable: true,
    });
  }
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
  process.once('exit', () => {
    for (const device of devices) device.destroy();
  });
  return gpu;
}

/**
 * Sets `navigator.gpu` and WebGPU's global classes. Idempotent. Needs a main thread or a child process: in a worker thread
 * the environment is only a copy.
 * @param driver what `--adapter` says; counts in the first call of a process.
 * @throws UsageError where that driver is not there.
 */
export async function installWebGPU(driver?: string): Promise<void> {
  installed ??= install(driver);
  await installed;
}

/**
 * A device with the adapter's largest compute limits and, where offered, subgroups, timestamp queries and half floats.
 * @param options.without features to go without though they are offered: what other adapters run can be tested so;
 * MGAS_WITHOUT (names with commas between) adds to them. MGAS_LIMITS=compatibility opens a device of WebGPU's compatibility
 * mode with its least limits (128 invocations per workgroup, 16 KiB of workgroup memory, 8 storage buffers).
 * @throws Error naming what to install when there is no adapter.
 */
export async function requestNodeDevice({
  without = [],
}: { without?: readonly GPUFeatureName[] } = {}): Promise<GPUDevice> {
  const refused = [...without, ...(process.env.MGAS_WITHOUT ?? '').split(',')];
  installed ??= install();
  const gpu = await installed;
  const compatible = process.env.MGAS_LIMITS === 'compatibility';
  const adapter = await gpu.requestAdapter({
    powerPreference: 'high-performance',
    ...(compatible ? { featureLevel: 'compatibility' } : {}),
  });
  if (!adapter) throw new Error(`WebGPU in Node found no adapter. ${advice}`);
  const requiredLimits: Record<string, number> = {};
  if (!compatible)
    for (const limit of wantedLimits) requiredLimits[limit] = adapter.limits[limit] as number;
  const device = await adapter.requestDevice({
    requiredLimits,
    requiredFeatures: wantedFeatures.filter(
      (feature) => adapter.features.has(feature) && !refused.includes(feature),
    ),
  });
  devices.add(device);
  void device.lost.then(() => devices.delete(device));
  return device;
}

/** A device that uses all processors to compile, also with a driver that compiles when a program first runs. */
export async function requestNodeGpu(): Promise<Gpu> {
  const device = await requestNodeDevice();
  const helpers = compilesAtFirstRun() ? Math.min(availableParallelism(), 8) : 0;
  return new Gpu(
    device,
    await Promise.all(Array.from({ length: helpers }, () => requestNodeDevice())),
  );
}

/** What the adapter says of itself, for reports and recordings. */
export async function describeAdapter(): Promise<string> {
  installed ??= install();
  const adapter = await (await installed).requestAdapter({ powerPreference: 'high-performance' });
  const info = adapter?.info;
  return info?.description || info?.device || info?.vendor || 'unknown adapter';
}
