/** Finds out whether this browser has WebGPU, on what, and otherwise why not; and gets the device a search runs on. */
import type {
  AdapterInfo,
  BackendChoice,
  ProbeResult,
  WebGPUObstacle,
} from '../src/protocol/messages.ts';
import { Refusal } from './refusal.ts';

/** As much of each as the adapter has: large layers bind large buffers. */
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

type Found =
  | { obstacle: 'none'; detail: string; adapter: GPUAdapter }
  | { obstacle: Exclude<WebGPUObstacle, 'none'>; detail: string };

async function findAdapter(): Promise<Found> {
  const gpu = (navigator as Partial<WorkerNavigator>).gpu;
  // Browsers hide `navigator.gpu` outside secure contexts, so that comes first.
  if (!gpu)
    return {
      obstacle: globalThis.isSecureContext ? 'unsupported' : 'insecure-context',
      detail: '',
    };
  try {
    const powerPreference = 'high-performance';
    // The compatibility mode (OpenGL ES, Direct3D 11) holds all that the programs need.
    const adapter =
      (await gpu.requestAdapter({ powerPreference })) ??
      (await gpu.requestAdapter({ powerPreference, featureLevel: 'compatibility' }));
    return adapter
      ? { obstacle: 'none', detail: '', adapter }
      : { obstacle: 'no-adapter', detail: '' };
  } catch (error) {
    return { obstacle: 'no-adapter', detail: messageOf(error) };
  }
}

async function openDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const requiredLimits: Record<string, number> = {};
  for (const limit of wantedLimits) requiredLimits[limit] = adapter.limits[limit] as number;
  return adapter.requestDevice({
    requiredLimits,
    requiredFeatures: wantedFeatures.filter((feature) => adapter.features.has(feature)),
  });
}

/** @throws Refusal in words a user can act on. */
export async function requestSearchDevice(): Promise<{ device: GPUDevice; adapter: AdapterInfo }> {
  const found = await findAdapter();
  const advice = 'Reload the page, or choose WebGL or the CPU under "Run on".';
  if (found.obstacle !== 'none') {
    throw new Refusal(
      'no-webgpu',
      `WebGPU no longer offers an adapter.${found.detail && ` ${found.detail}`}`,
      advice,
    );
  }
  try {
    return { device: await openDevice(found.adapter), adapter: describe(found.adapter) };
  } catch (error) {
    throw new Refusal(
      'device-refused',
      `The graphics device could not be opened: ${messageOf(error)}`,
      advice,
    );
  }
}

export async function probe(): Promise<ProbeResult> {
  const others: BackendChoice[] = hasWebGL() ? ['webgl', 'cpu'] : ['cpu'];
  const found = await findAdapter();
  if (found.obstacle !== 'none')
    return { webgpu: null, obstacle: found.obstacle, detail: found.detail, backends: others };
  try {
    // An adapter may still refuse its device: better known before Start than after.
    (await openDevice(found.adapter)).destroy();
  } catch (error) {
    return { webgpu: null, obstacle: 'device-refused', detail: messageOf(error), backends: others };
  }
  return {
    webgpu: describe(found.adapter),
    obstacle: 'none',
    detail: '',
    backends: ['webgpu', ...others],
  };
}

function describe({ info, limits, features }: GPUAdapter): AdapterInfo {
  const { vendor, architecture, device, description } = info;
  // `isFallbackAdapter` is the standard's word for it, but not set by every browser.
  const software =
    info.isFallbackAdapter ||
    /swiftshader|llvmpipe|warp|basic render|software/i.test(
      `${vendor} ${architecture} ${device} ${description}`,
    );
  const largestBuffer = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  const halfFloats = features.has('shader-f16');
  return {
    ...{ vendor, architecture, software, largestBuffer, halfFloats },
    description: description || device,
  };
}

/** TensorFlow.js needs WebGL 2 on an OffscreenCanvas in a worker, with 32-bit float targets. */
function hasWebGL(): boolean {
  if (typeof OffscreenCanvas === 'undefined') return false;
  const context = new OffscreenCanvas(1, 1).getContext('webgl2');
  const usable = Boolean(context?.getExtension('EXT_color_buffer_float'));
  context?.getExtension('WEBGL_lose_context')?.loseContext();
  return usable;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
