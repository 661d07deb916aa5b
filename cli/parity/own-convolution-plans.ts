/** The two kinds of convolution on own kernels: where their weights lie, and what is dispatched. */
import type { WeightRegistry, Tables } from '../../src/engine/supernet/webgpu/registry.ts';
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
import { plainShape, pointwiseTile } from '../../src/kernels/webgpu/pointwise/product.ts';
import { pointwiseForward } from '../../src/kernels/webgpu/pointwise/program.ts';
import { pointwiseRow } from '../../src/kernels/webgpu/pointwise/rows.ts';
import { ceilDiv, pixelsOf } from '../../src/kernels/webgpu/quad.ts';
import type { Plane } from '../../src/kernels/webgpu/quad.ts';
import type { Gpu } from '../../src/kernels/webgpu/runtime.ts';
import type { GpuBuffer } from '../../src/kernels/webgpu/buffers.ts';

/** Chunks of the filter gradients: more than one, so that their sum is checked too. */
export const chunks = 3;
const rows = 4;
/** Invocations that share a sum. */
const threads = 8;
/** Columns of taps an invocation: fewer than any kernel has, so that a last group is not full. */
const columns = 2;

export interface Setup {
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

export interface Buffers {
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

export function planDepthwise(kernel: number, stride: 1 | 2, dilation: number): Plan {
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

export const planPointwise: Plan = ({
  gpu,
  tables,
  registry,
  spec,
  inQuads,
  outQuads,
  outPlane,
}) => {
  const at = registry.addProducts([spec], range(spec.shape[2]!), inQuads);
  const forward = tables.add(
    range(outQuads).map((o) =>
      pointwiseRow.pack({
        inputQuad: 0,
        inputQuads: inQuads,
        ...{ outputQuad: o, both: false },
        weights: at.forward[0]! + o * inQuads * 4,
        ...{ shift: 0, slot: 0 },
      }),
    ),
  );
  const input = tables.add(
    range(inQuads).map((i) =>
      pointwiseRow.pack({
        inputQuad: 0,
        inputQuads: outQuads,
        ...{ outputQuad: i, both: false },
        weights: at.transposed + i * outQuads * 4,
        ...{ shift: 0, slot: 0 },
      }),
    ),
  );
  const filterRows = productTiles(0, inQuads, 0, outQuads, 0, at.gradient[0]!, 2);
  const filter = tables.add(filterRows);
  const planes = { ...outPlane, inHeight: outPlane.height, inWidth: outPlane.width };
  const tiles = ceilDiv(pixelsOf(outPlane), pointwiseTile(plainShape));
  const v = { activation: 'none', strided: false } as const;
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
