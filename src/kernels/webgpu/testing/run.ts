/** Runs one program over arrays, for tests. */
import { installWebGPU, requestNodeDevice } from '../../../../cli/node-webgpu.ts';
import { Gpu } from '../runtime.ts';
import type { GpuBuffer } from '../buffers.ts';
import type { ActivationFormat } from '../activation-format.ts';
import type { Program } from '../wgsl-program.ts';
import { fromHalf, toHalf, words } from './half.ts';
import { difference } from './twin.ts';

let shared: Promise<Gpu> | null = null;

/** One device for all tests of a file, so that programs are compiled once. */
export function testGpu(): Promise<Gpu> {
  shared ??= installWebGPU().then(async () => new Gpu(await requestNodeDevice()));
  return shared;
}

type Data = Float32Array | Uint32Array;

/** Labels of the programs that ran with half floats. */
const checkedHalf = new Set<string>();
/** Takes lavapipe a minute to compile, and its accesses are held by `half-activations.test.ts`. */
const slowToCompile = /^depthwise .*s2$/;
/** Of a half float, against the largest value: results are rounded once more. */
const halfTolerance = 2 ** -10;

/**
 * Where the device has half floats, the first run of each program is repeated with them, on inputs that half floats hold,
 * and the results must agree.
 * @param arrays by the names of the program's bindings; a number is an empty buffer of so many f32.
 * @returns the buffers that the program may write.
 */
export async function runProgram(
  program: Program,
  arrays: Readonly<Record<string, Data | number>>,
  params: Readonly<Record<string, number>>,
  grid: readonly [number, number?, number?],
): Promise<Readonly<Record<string, Float32Array>>> {
  const gpu = await testGpu();
  const stored = program.bindings.filter(([, , type]) => type === 'activation');
  if (
    gpu.device.features.has('shader-f16') &&
    stored.length > 0 &&
    !checkedHalf.has(program.label) &&
    !slowToCompile.test(program.label)
  ) {
    checkedHalf.add(program.label);
    const rounded = { ...arrays };
    for (const [name] of stored) {
      const data = arrays[name];
      if (data instanceof Float32Array) rounded[name] = fromHalf(toHalf(data));
    }
    const full = await runAs(gpu, program, rounded, params, grid, 'float32');
    const half = await runAs(gpu, program, rounded, params, grid, 'float16');
    for (const [name, values] of Object.entries(full)) {
      const error = difference(half[name]!, values);
      if (!(error < halfTolerance))
        throw new Error(`${program.label} with half floats: '${name}' is off by ${error}`);
    }
  }
  return runAs(gpu, program, arrays, params, grid, 'float32');
}

async function runAs(
  gpu: Gpu,
  program: Program,
  arrays: Readonly<Record<string, Data | number>>,
  params: Readonly<Record<string, number>>,
  grid: readonly [number, number?, number?],
  format: ActivationFormat,
): Promise<Record<string, Float32Array>> {
  const isHalf = (type: string): boolean => type === 'activation' && format === 'float16';
  const sizes: number[] = [];
  const buffers = program.bindings.map(([name, , type]): GpuBuffer => {
    const data = arrays[name];
    if (data === undefined) throw new Error(`${program.label}: no array '${name}'`);
    const each = isHalf(type) ? 2 : 4;
    sizes.push((typeof data === 'number' ? data : data.length) * each);
    if (typeof data === 'number') return gpu.buffer(data * each);
    return gpu.upload(isHalf(type) ? words(toHalf(data)) : data);
  });
  gpu.tag = 'test';
  gpu.record(program, buffers, params, grid);
  const recording = await gpu.finish('', format);
  const encoder = gpu.device.createCommandEncoder();
  recording.replay(encoder, new Set(['test']));
  gpu.device.queue.submit([encoder.finish()]);
  const results: Record<string, Float32Array> = {};
  for (const [i, [name, access, type]] of program.bindings.entries()) {
    if (access !== 'read_write') continue;
    const data = await gpu.read(buffers[i]!, sizes[i]);
    results[name] = isHalf(type)
      ? fromHalf(new Uint16Array(data, 0, sizes[i]! / 2))
      : new Float32Array(data);
  }
  recording.dispose();
  for (const buffer of buffers) gpu.free(buffer);
  return results;
}

/** Collects tables as the recorder does. */
export class TestTables {
  private readonly list: number[] = [];

  /** Appends rows and returns where they begin. */
  add(rows: readonly (readonly number[])[]): number {
    const start = this.list.length;
    this.list.push(...rows.flat());
    return start;
  }

  get words(): Uint32Array {
    return Uint32Array.from(this.list.length > 0 ? this.list : [0]);
  }
}
