/** One masked convolution by own kernels alone: prologue (masks), forward, both gradients, threshold. */
import { WeightRegistry, Tables } from '../../src/engine/supernet/webgpu/registry.ts';
import type { ParameterSpec } from '../../src/domain/graph/parameters.ts';
import { floatBits } from '../../src/kernels/webgpu/float-bits.ts';
import { hyperBytes } from '../../src/kernels/webgpu/hyper.ts';
import { maskWords, prologue } from '../../src/kernels/webgpu/prologue/program.ts';
import { weightRow } from '../../src/kernels/webgpu/prologue/rows.ts';
import { bytesOf, ceilDiv, none, quadsOf } from '../../src/kernels/webgpu/quad.ts';
import type { Gpu } from '../../src/kernels/webgpu/runtime.ts';
import type { GpuBuffer } from '../../src/kernels/webgpu/buffers.ts';
import { weightGradients } from '../../src/kernels/webgpu/weight-gradients/program.ts';
import { gradientPlaceRow, segmentRow } from '../../src/kernels/webgpu/weight-gradients/rows.ts';
import type { ReferenceKernels } from './kernels.ts';
import { fromQuads, planeOf, strided, toQuads } from './quads.ts';
import type { NdArray } from './reference.ts';

import { chunks, planDepthwise, planPointwise } from './own-convolution-plans.ts';
import type { Buffers, Setup } from './own-convolution-plans.ts';

type Method = ReferenceKernels['maskedConvolution'];

export const maskedConvolution =
  (gpu: Gpu): Method =>
  async ({ depthwise, kernel, stride, dilation, x, weight, committedMask, threshold, dy }) => {
    const size = weight.data.length;
    const made: GpuBuffer[] = [];
    const make: Setup['make'] = (data) => {
      const buffer = typeof data === 'number' ? gpu.buffer(data) : gpu.upload(data);
      made.push(buffer);
      return buffer;
    };
    const tables = new Tables();
    // Parameters: the weight, then its threshold.
    const registry = new WeightRegistry(size + 1, () => size);
    const spec = {
      name: 'weight',
      offset: 0,
      size,
      shape: weight.shape,
    } as unknown as ParameterSpec;
    const inPlane = planeOf(x);
    const outPlane = strided(inPlane, stride);
    const filters = depthwise ? x.shape[3] : weight.shape[3];
    const setup = {
      gpu,
      tables,
      registry,
      spec,
      inQuads: quadsOf(x.shape[3]!),
      outQuads: quadsOf(filters!),
      inPlane,
      outPlane,
      make,
    };
    const record = (depthwise ? planDepthwise(kernel, stride, dilation) : planPointwise)(setup);

    const weights = registry.sources.length;
    const weightTable = tables.add(
      registry.sources.map((parameter, i) =>
        weightRow.pack({ parameter, threshold: registry.thresholds[i]! }),
      ),
    );
    const placeTable = tables.add(
      Array.from(registry.gradientSources, (place) => gradientPlaceRow.pack({ place })),
    );
    const segments = tables.add([
      segmentRow.pack({ parameter: 0, count: size, threshold: size, counted: none }),
    ]);
    const values = make(Float32Array.from([...weight.data, ...threshold.data]));
    const committed = make(maskWords([...committedMask.data, 1]));
    const grads = make((size + 1) * 4);
    const buffers: Buffers = {
      x: make(toQuads(x)),
      y: make(bytesOf(setup.outQuads, outPlane)),
      dy: make(toQuads(dy)),
      dx: make(bytesOf(setup.inQuads, inPlane)),
      w: make(weights * 4),
      partial: make(registry.gradientSize * 16 * chunks),
      tab: make(Uint32Array.from(tables.words)),
    };
    const spare = make(16);
    const { w, tab, partial } = buffers;
    gpu.tag = 'all';
    const shape = {
      weights,
      weightTable,
      lanes: 0,
      laneTable: 0,
      nodes: 0,
      nodeTable: 0,
      gridX: ceilDiv(weights, 64),
    };
    gpu.record(prologue, [values, committed, w, spare, make(16), tab], shape, [
      ceilDiv(weights, 64),
    ]);
    record(buffers);
    const sizes = {
      table: segments,
      placeTable,
      chunkCount: chunks,
      chunkStride: registry.gradientSize * 4,
      unscale: floatBits(1),
    };
    // No parameter-aware factor here.
    const [hyper, counts] = [make(hyperBytes), make(16)];
    gpu.record(
      weightGradients,
      [values, committed, partial, grads, make(16), hyper, counts, tab],
      sizes,
      [1],
    );

    const recording = await gpu.finish();
    const encoder = gpu.device.createCommandEncoder();
    recording.replay(encoder, new Set(['all']));
    gpu.device.queue.submit([encoder.finish()]);
    const read = async (buffer: GpuBuffer): Promise<Float32Array> =>
      new Float32Array(await gpu.read(buffer));
    const gradient = await read(grads);
    const result = {
      y: fromQuads(await read(buffers.y), outPlane, filters!),
      dx: fromQuads(await read(buffers.dx), inPlane, x.shape[3]!),
      mask: maskOf(await read(w), registry, weight),
      dWeight: { shape: weight.shape, data: gradient.slice(0, size) },
      dThreshold: { shape: [1], data: gradient.slice(size, size + 1) },
    };
    recording.dispose();
    for (const buffer of made) gpu.free(buffer);
    return result;
  };

/** Alive where the masked weight is what it was. */
function maskOf(masked: Float32Array, registry: WeightRegistry, weight: NdArray): NdArray {
  const data = new Float32Array(weight.data.length);
  registry.sources.forEach((source, i) => {
    if (source !== none)
      data[source] = masked[i] === weight.data[source] && masked[i] !== 0 ? 1 : 0;
  });
  return { shape: weight.shape, data };
}
