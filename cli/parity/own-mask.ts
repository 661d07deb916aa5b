/** Weight masks and the straight-through step by the own programs, on arrays of any size. */
import { ceilDiv, none } from '../../src/kernels/webgpu/quad.ts';
import type { Gpu } from '../../src/kernels/webgpu/runtime.ts';
import type { Program } from '../../src/kernels/webgpu/wgsl-program.ts';
import type { GpuBuffer } from '../../src/kernels/webgpu/buffers.ts';
import { maskWords, prologue } from '../../src/kernels/webgpu/prologue/program.ts';
import { weightRow } from '../../src/kernels/webgpu/prologue/rows.ts';
import { stepFunctions } from '../../src/kernels/webgpu/straight-through.ts';
import { wgsl } from '../../src/kernels/webgpu/wgsl.ts';
import { range } from '../../src/engine/supernet/webgpu/tiles.ts';
import type { MaskedWeight, ReferenceKernels } from './kernels.ts';
import type { NdArray } from './reference.ts';

/** Runs one dispatch over `inputs` and reads the buffers numbered `results`. */
async function runOnce(
  gpu: Gpu,
  program: Program,
  inputs: readonly (Float32Array | Uint32Array)[],
  params: Record<string, number>,
  threads: number,
  results: readonly number[],
): Promise<Float32Array[]> {
  const buffers = inputs.map((data) => gpu.upload(data));
  gpu.tag = 'all';
  gpu.record(program, buffers, params, [ceilDiv(threads, program.workgroupSize)]);
  const recording = await gpu.finish();
  const encoder = gpu.device.createCommandEncoder();
  recording.replay(encoder, new Set(['all']));
  gpu.device.queue.submit([encoder.finish()]);
  const read = async (buffer: GpuBuffer, k: number): Promise<Float32Array> =>
    new Float32Array(await gpu.read(buffer, inputs[k]!.byteLength));
  const made = await Promise.all(results.map((k) => read(buffers[k]!, k)));
  recording.dispose();
  for (const buffer of buffers) gpu.free(buffer);
  return made;
}

/** committedMask * step(|weight| - threshold), as the prologue of a step finds it. */
export async function weightMask(
  gpu: Gpu,
  { weight, committedMask }: MaskedWeight,
  threshold: number,
): Promise<NdArray> {
  const size = weight.data.length;
  const table = Uint32Array.from(
    range(size).flatMap((i) => weightRow.pack({ parameter: i, threshold: size })),
  );
  const inputs = [
    Float32Array.of(...weight.data, threshold),
    maskWords([...committedMask.data, 1]),
    new Float32Array(size),
  ];
  const spare = (): Float32Array => new Float32Array(4);
  const params = {
    weights: size,
    weightTable: 0,
    lanes: 0,
    laneTable: none,
    nodes: 0,
    nodeTable: none,
    gridX: ceilDiv(size, 64),
  };
  const [masked] = await runOnce(
    gpu,
    prologue,
    [...inputs, spare(), spare(), table],
    params,
    size,
    [2],
  );
  return { shape: weight.shape, data: masked!.map((w) => (w === 0 ? 0 : 1)) };
}

const stepProgram: Program = {
  label: 'binary step',
  bindings: [
    ['x', 'read', 'f32'],
    ['dy', 'read', 'f32'],
    ['y', 'read_write', 'f32'],
    ['dx', 'read_write', 'f32'],
  ],
  params: ['size'],
  workgroupSize: 64,
  code: wgsl`
    ${stepFunctions}
    fn run(local : u32, group : vec3u) {
      let i = group.x * 64u + local;
      if (i >= params.size) {
        return;
      }
      y[i] = hardStep(x[i]);
      dx[i] = dy[i] * stepSlope(x[i]);
    }
  `,
};

export const binaryStep =
  (gpu: Gpu): ReferenceKernels['binaryStep'] =>
  async ({ x, dy }) => {
    const size = x.data.length;
    const inputs = [x.data, dy.data, new Float32Array(size), new Float32Array(size)];
    const [y, dx] = await runOnce(gpu, stepProgram, inputs, { size }, size, [2, 3]);
    return { y: { shape: x.shape, data: y! }, dx: { shape: x.shape, data: dx! } };
  };
