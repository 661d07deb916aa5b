/** Runs one program over arrays, for tests. */
import { installWebGPU, requestNodeDevice } from '../../../../cli/node-webgpu.ts';
import { Gpu } from '../runtime.ts';
import type { GpuBuffer } from '../buffers.ts';
import type { Program } from '../wgsl-program.ts';

let shared: Promise<Gpu> | null = null;

/** One device for all tests of a file, so that programs are compiled once. */
export function testGpu(): Promise<Gpu> {
  shared ??= installWebGPU().then(async () => new Gpu(await requestNodeDevice()));
  return shared;
}

type Data = Float32Array | Uint32Array;

/**
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
  const sizes: number[] = [];
  const buffers = program.bindings.map(([name]): GpuBuffer => {
    const data = arrays[name];
    if (data === undefined) throw new Error(`${program.label}: no array '${name}'`);
    sizes.push(typeof data === 'number' ? data * 4 : data.byteLength);
    return typeof data === 'number' ? gpu.buffer(data * 4) : gpu.upload(data);
  });
  gpu.tag = 'test';
  gpu.record(program, buffers, params, grid);
  const recording = await gpu.finish();
  const encoder = gpu.device.createCommandEncoder();
  recording.replay(encoder, new Set(['test']));
  gpu.device.queue.submit([encoder.finish()]);
  const results: Record<string, Float32Array> = {};
  for (const [i, [name, access]] of program.bindings.entries()) {
    if (access === 'read_write')
      results[name] = new Float32Array(await gpu.read(buffers[i]!, sizes[i]));
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
