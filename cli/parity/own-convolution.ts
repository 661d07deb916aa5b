/** One masked convolution by own kernels alone: prologue (masks), forward, both gradients, threshold. */
import { WeightRegistry, Tables } from '../../src/engine/supernet/webgpu/registry.ts';
import { productTiles, range } from '../../src/engine/supernet/webgpu/tiles.ts';
import type { ParameterSpec } from '../../src/domain/graph/parameters.ts';
import { depthwiseFilterGradient } from '../../src/kernels/webgpu/depthwise-filter-gradient/program.ts';
import { tapsRow } from '../../src/kernels/webgpu/depthwise-filter-gradient/rows.ts';
import { depthwiseInputGradient } from '../../src/kernels/webgpu/depthwise-input-gradient/program.ts';
import {
  readerListRow,
  readerRow,
  readQuadRow,
} from '../../src/kernels/webgpu/depthwise-input-gradient/rows.ts';
import { depthwiseForward } from '../../src/kernels/webgpu/depthwise/program.ts';
import { depthwiseRow } from '../../src/kernels/webgpu/depthwise/rows.ts';
import { depthwiseStep, tilesAlong } from '../../src/kernels/webgpu/depthwise/window.ts';
import { pointwiseFilterGradient } from '../../src/kernels/webgpu/pointwise-filter-gradient/program.ts';
import { pointwiseTile } from '../../src/kernels/webgpu/pointwise/product.ts';
import { pointwiseForward } from '../../src/kernels/webgpu/pointwise/program.ts';
import { pointwiseRow } from '../../src/kernels/webgpu/pointwise/rows.ts';
import { hyperBytes } from '../../src/kernels/webgpu/hyper.ts';
import { maskWords, prologue } from '../../src/kernels/webgpu/prologue/program.ts';
import { weightRow } from '../../src/kernels/webgpu/prologue/rows.ts';
import { bytesOf, ceilDiv, none, pixelsOf, quadsOf } from '../../src/kernels/webgpu/quad.ts';
import type { Plane } from '../../src/kernels/webgpu/quad.ts';
import type { Gpu, GpuBuffer } from '../../src/kernels/webgpu/runtime.ts';
import { weightGradients } from '../../src/kernels/webgpu/weight-gradients/program.ts';
import { gradientPlaceRow, segmentRow } from '../../src/kernels/webgpu/weight-gradients/rows.ts';
import type { ReferenceKernels } from './kernels.ts';
import { fromQuads, planeOf, strided, toQuads } from './quads.ts';
import type { NdArray } from './reference.ts';

type Method = ReferenceKernels['maskedConvolution'];

/** Chunks of the filter gradients: more than one, so that their sum is checked too. */
const chunks = 3;
const rows = 4;
/** Invocations that share a sum. */
const threads = 8;
/** Columns of taps an invocation: fewer than any kernel has, so that a last group is not full. */
const columns = 2;

interface Setup {
  readonly gpu: Gpu;
  readonly tables: Tables;
  readonly registry: WeightRegistry;
  readonly spec: ParameterSpec;
  readonly inQuads: number;
  readonly outQuads: number;
  readonly inPlane: Plane;
  readonly outPlane: Plane;
  readonly make: (data: Float32Array | Uint32Array | number) => GpuBuffer;
}

interface Buffers {
  readonly x: GpuBuffer;
  readonly y: GpuBuffer;
  readonly dy: GpuBuffer;
  readonly dx: GpuBuffer;
  readonly w: GpuBuffer;
  readonly partial: GpuBuffer;
  readonly tab: GpuBuffer;
}

/** What the two kinds of convolution differ in: where the weights lie, and what is dispatched. */
type Plan = (setup: Setup) => (buffers: Buffers) => void;

function planDepthwise(kernel: number, stride: 1 | 2, dilation: number): Plan {
  return ({ gpu, tables, registry, spec, inQuads, inPlane, outPlane }) => {
    const taps = registry.addDepthwise(spec, range(spec.shape[2]!), inQuads);
    const weight = (q: number): number => taps.weights + q * kernel * kernel;
    const spacing = { dilation, step: depthwiseStep(stride, dilation) };
    const forward = tables.add(
      range(inQuads).map((q) =>
        depthwiseRow.pack({
          inputQuad: q,
          weights: weight(q),
          outputQuad: q,
          slot: 0,
          ...spacing,
        }),
      ),
    );
    const filterRows = range(inQuads).flatMap((q) =>
      range(ceilDiv(kernel, columns)).map((i) =>
        tapsRow.pack({
          inputQuad: q,
          gradientQuad: q,
          result: taps.gradient + q * kernel * kernel,
          slot: 0,
          ...spacing,
          column: i * columns,
        }),
      ),
    );
    const filter = tables.add(filterRows);
    const input = tables.add(
      range(inQuads).map((q) => {
        const readers = tables.add([readerRow.pack({ gradientQuad: q, weights: weight(q) })]);
        const lists = tables.add([readerListRow.pack({ readers, count: 1 })]);
        return readQuadRow.pack({ inputQuad: q, slot: 0, dilation, outputQuad: q, lists });
      }),
    );
    const c = { kernel, dilation };
    const v = { stride, rows, activation: 'none' as const };
    const tiles = (p: Plane, step: number): number =>
      ceilDiv(p.batch * tilesAlong(p.height, rows, step) * p.width, 64);
    const planes = { ...outPlane, inHeight: inPlane.height, inWidth: inPlane.width, add: 0 };
    return ({ x, y, dy, dx, w, partial, tab }) => {
      gpu.record(depthwiseForward(v, c), [x, w, y, tab], { ...planes, table: forward }, [
        tiles(outPlane, spacing.step),
        inQuads,
      ]);
      gpu.record(depthwiseInputGradient(v, [c]), [dy, w, x, dx, tab], { ...planes, table: input }, [
        tiles(inPlane, stride === 1 ? dilation : 1),
        inQuads,
      ]);
      const sizes = { chunks, chunkStride: registry.gradientSize };
      gpu.record(
        depthwiseFilterGradient(v, c, threads, columns),
        [x, dy, partial, tab],
        { ...planes, ...sizes, table: filter },
        [chunks, filterRows.length],
      );
    };
  };
}

const planPointwise: Plan = ({ gpu, tables, registry, spec, inQuads, outQuads, outPlane }) => {
  const at = registry.addPointwise(
    spec,
    range(spec.shape[2]!),
    inQuads,
    range(spec.shape[3]!),
    outQuads,
  );
  const forward = tables.add(
    range(outQuads).map((o) =>
      pointwiseRow.pack({
        inputQuad: 0,
        inputQuads: inQuads,
        weights: at.forward + o * inQuads * 4,
        shift: 0,
      }),
    ),
  );
  const input = tables.add(
    range(inQuads).map((i) =>
      pointwiseRow.pack({
        inputQuad: 0,
        inputQuads: outQuads,
        weights: at.transposed + i * outQuads * 4,
        shift: 0,
      }),
    ),
  );
  const filterRows = productTiles(0, inQuads, 0, outQuads, 0, at.gradient, 2);
  const filter = tables.add(filterRows);
  const planes = { ...outPlane, inHeight: outPlane.height, inWidth: outPlane.width, outputQuad: 0 };
  const tiles = ceilDiv(pixelsOf(outPlane), pointwiseTile);
  const v = { relu: false, strided: false };
  return ({ x, y, dy, dx, w, partial, tab }) => {
    gpu.record(pointwiseForward(v), [x, w, y, tab], { ...planes, table: forward }, [
      tiles,
      outQuads,
    ]);
    gpu.record(pointwiseForward(v), [dy, w, dx, tab], { ...planes, table: input }, [
      tiles,
      inQuads,
    ]);
    const sizes = { chunks, chunkStride: registry.gradientSize };
    const program = pointwiseFilterGradient({ ...v, tile: 2 }, threads);
    gpu.record(program, [x, dy, partial, tab], { ...planes, ...sizes, table: filter }, [
      chunks,
      filterRows.length,
    ]);
  };
};

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
