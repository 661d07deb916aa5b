/**
 * Which of the sizes suit an adapter, by a measurement of tens of milliseconds: a workgroup of 64 invocations against one of
 * 8. A processor goes through them a few at a time, one workgroup a thread, and takes 8 times as long; a graphics card has
 * room for all of them and takes as long as for 8. Neither depends on the number of cores or on what else runs.
 *
 * Sums in floating point depend on the sizes, so the answer is kept by adapter and driver: a search that is resumed there
 * computes as before.
 */
import { adapterSizes } from './adapter-sizes.ts';
import type { AdapterKind, AdapterSizes } from './adapter-sizes.ts';
import { wgsl } from '../../../kernels/webgpu/wgsl.ts';

/** Where answers are kept. Either may fail: then it is measured again. */
export interface KindStore {
  get(adapter: string): Promise<unknown>;
  set(adapter: string, kind: AdapterKind): Promise<void>;
}

/** Between 1 and 8, as far from both. */
export const threshold = 3;

/** Dependent multiply-adds of an invocation: about a millisecond, where submitting takes a fraction of one. */
const rounds = 2 ** 17;
/** The quickest of so many: other programs on the machine only ever delay one. */
const repeats = 7;

const chain = (threads: number): string => wgsl`
  @group(0) @binding(0) var<uniform> rounds : vec4u;
  @group(0) @binding(1) var<storage, read_write> output : array<vec4f>;
  @compute @workgroup_size(${threads})
  fn main(@builtin(local_invocation_index) local : u32) {
    var sum = vec4f(f32(local));
    for (var round = 0u; round < rounds.x; round++) {
      sum = sum * 0.5 + 1.0;
    }
    output[local] = sum;
  }
`;

/** How many times longer a workgroup of 64 takes than one of 8. */
export async function measureWidth(device: GPUDevice): Promise<number> {
  const output = device.createBuffer({ size: 64 * 16, usage: GPUBufferUsage.STORAGE });
  const uniforms = [rounds, 1].map((value) => {
    const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
    const buffer = device.createBuffer({ size: 16, usage });
    device.queue.writeBuffer(buffer, 0, Uint32Array.of(value, 0, 0, 0));
    return buffer;
  });
  const [many, none] = uniforms;
  const runOf = async (threads: number) => {
    const pipeline = await device.createComputePipelineAsync({
      layout: 'auto',
      compute: {
        module: device.createShaderModule({ code: chain(threads) }),
        entryPoint: 'main',
      },
    });
    return async (uniform: GPUBuffer): Promise<number> => {
      const entries = [uniform, output].map((buffer, binding) => ({
        binding,
        resource: { buffer },
      }));
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(
        0,
        device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }),
      );
      pass.dispatchWorkgroups(1);
      pass.end();
      const begin = performance.now();
      device.queue.submit([encoder.finish()]);
      await device.queue.onSubmittedWorkDone();
      return performance.now() - begin;
    };
  };
  const narrow = await runOf(8);
  const wide = await runOf(64);
  // The first run of a program may compile it.
  await narrow(none!);
  await wide(none!);
  const times: { idle: number; narrow: number; wide: number }[] = [];
  for (let i = 0; i < repeats; i++)
    times.push({
      idle: await narrow(none!),
      narrow: await narrow(many!),
      wide: await wide(many!),
    });
  for (const buffer of [output, ...uniforms]) buffer.destroy();
  const least = (of: keyof (typeof times)[number]): number =>
    Math.min(...times.map((time) => time[of]));
  const idle = least('idle');
  // A clock that is coarse, as in some browsers, may show no time at all.
  return Math.max(0, least('wide') - idle) / Math.max(least('narrow') - idle, 0.05);
}

export const kindOf = (width: number): AdapterKind => (width > threshold ? 'software' : 'hardware');

/** What an adapter says of itself and its driver: another version of it is measured anew. */
export function adapterKey(device: Pick<GPUDevice, 'adapterInfo'>): string {
  // Some implementations say nothing.
  const info = device.adapterInfo as Partial<GPUAdapterInfo> | undefined;
  return [info?.vendor, info?.architecture, info?.device, info?.description].join(' | ');
}

const isKind = (value: unknown): value is AdapterKind =>
  typeof value === 'string' && Object.hasOwn(adapterSizes, value);

/** In this process or page. */
const known = new Map<string, Promise<AdapterKind>>();

async function find(device: GPUDevice, key: string, store?: KindStore): Promise<AdapterKind> {
  const kept = await store?.get(key).catch(() => null);
  if (isKind(kept)) return kept;
  const kind = kindOf(await measureWidth(device));
  await store?.set(key, kind).catch(() => {});
  return kind;
}

/** What kind a device's adapter is, measured once. @param store where the answer is kept for later. */
export async function kindFor(device: GPUDevice, store?: KindStore): Promise<AdapterKind> {
  const key = adapterKey(device);
  let kind = known.get(key);
  if (!kind) {
    kind = find(device, key, store);
    known.set(key, kind);
    // A device that was lost meanwhile says nothing of the adapter.
    kind.catch(() => known.delete(key));
  }
  return kind;
}

/** The sizes that suit a device's adapter. @param store see `kindFor`. */
export const sizesFor = async (device: GPUDevice, store?: KindStore): Promise<AdapterSizes> =>
  adapterSizes[await kindFor(device, store)];
