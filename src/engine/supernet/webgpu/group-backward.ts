/** Backward pass of a group, from the nodes' gradients to the states'. */
import {
  depthwiseFilterGradient,
  filterColumns,
} from '../../../kernels/webgpu/depthwise-filter-gradient/program.ts';
import { tapsRow } from '../../../kernels/webgpu/depthwise-filter-gradient/rows.ts';
import { depthwiseInputGradient } from '../../../kernels/webgpu/depthwise-input-gradient/program.ts';
import {
  readerListRow,
  readerRow,
  readQuadRow,
} from '../../../kernels/webgpu/depthwise-input-gradient/rows.ts';
import { normBackwardRow } from '../../../kernels/webgpu/norm-backward/rows.ts';
import { poolInputGradient } from '../../../kernels/webgpu/pool-input-gradient/program.ts';
import { pooledQuadRow, pooledReaderRow } from '../../../kernels/webgpu/pool/rows.ts';
import { pointwiseFilterGradient } from '../../../kernels/webgpu/pointwise-filter-gradient/program.ts';
import { pointwiseInputGradient } from '../../../kernels/webgpu/pointwise-input-gradient/program.ts';
import { reluGradientRow } from '../../../kernels/webgpu/pointwise-input-gradient/rows.ts';
import { pointwiseTile } from '../../../kernels/webgpu/pointwise/product.ts';
import { pointwiseForward } from '../../../kernels/webgpu/pointwise/program.ts';
import { pointwiseRow } from '../../../kernels/webgpu/pointwise/rows.ts';
import { bytesOf, ceilDiv, none, pixelsOf } from '../../../kernels/webgpu/quad.ts';
import type { Plane } from '../../../kernels/webgpu/quad.ts';
import type { GpuBuffer } from '../../../kernels/webgpu/runtime.ts';
import { spacing } from './group-forward.ts';
import { recordMixBackward } from './group-mix.ts';
import type { Mix } from './group-mix.ts';
import { isInner } from './group-plan.ts';
import type { Branch, GroupPlan, Reduce } from './group-plan.ts';
import { gatherQuad, reduceLanes, wholeQuad } from './tensor.ts';
import type { Gather, Tensor } from './tensor.ts';
import { productTiles, range } from './tiles.ts';

export function recordBackward(group: GroupPlan, mix: Mix): void {
  const { context, first, second, d, p, outPlane: plane } = group;
  context.part('backward');
  // Sized by quads of D for the convolutions' gradients, of P for the inner activations'.
  const dGradient = {
    buffer: context.scratch('convolution', bytesOf(d.quads, plane)),
    quads: d.quads,
    plane,
  };
  const inner = {
    buffer: context.scratch('activation', bytesOf(group.finalFrom, plane)),
    quads: group.finalFrom,
    plane,
  };
  const [early, final] = [group.first.filter(isInner), group.first.filter((b) => !isInner(b))];
  const fromNode = (branches: readonly Branch[]): number[][] =>
    branches.flatMap((b) =>
      range(b.outQuads).map((q) =>
        normBackwardRow.pack({
          inputQuad: b.p + q,
          slot: group.slot + b.p + q,
          coefficient: group.coefficient(b.candidate),
          gateBefore: false,
          ...nodeGather(group, b.candidate.to, b.block.filters, q),
        }),
      ),
    );
  const reduceRows = group.reduces.flatMap((r) => reduceBackRows(group, r));
  context.normBackward(
    p,
    group.buffers.outputGradient,
    [...fromNode(final), ...reduceRows, ...poolBackRows(group), ...fromNode(second)],
    true,
  );
  if (second.length > 0) {
    productBackward(group, second, dGradient);
    innerBackward(group, dGradient, inner);
    const rows = early.flatMap((b) =>
      range(b.outQuads).map((q) =>
        normBackwardRow.pack({
          inputQuad: b.p + q,
          slot: group.slot + b.p + q,
          coefficient: none,
          gateBefore: false,
          ...wholeQuad(b.p + q),
        }),
      ),
    );
    context.normBackward(p, inner.buffer, rows);
  }
  productBackward(group, first, dGradient);
  stateBackward(group, mix, dGradient);
}

/** Lanes of the node gradient that feed quad `q` of a branch whose filters are `filters`. */
function nodeGather(group: GroupPlan, to: number, filters: readonly number[], q: number): Gather {
  const base = group.nodeIndex(to) * group.quads * 4;
  return gatherQuad(q, filters.length, (i) => base + filters[i]!);
}

function reduceBackRows(group: GroupPlan, r: Reduce): number[][] {
  const plan = r.candidate.reduce!;
  const idOf = new Map([...reduceLanes(plan.filters, plan.split)].map(([id, lane]) => [lane, id]));
  const base = group.nodeIndex(r.candidate.to) * group.quads * 4;
  const total = (r.weights.quads[0] + r.weights.quads[1]) * 4;
  return range(total / 4).map((q) =>
    normBackwardRow.pack({
      inputQuad: r.p + q,
      slot: group.slot + r.p + q,
      coefficient: group.coefficient(r.candidate),
      gateBefore: true,
      ...gatherQuad(q, total, (lane) => (idOf.has(lane) ? base + idOf.get(lane)! : none)),
    }),
  );
}

function poolBackRows(group: GroupPlan): number[][] {
  return group.pools.flatMap(({ candidate, source: { view }, p }) => {
    const idOf = new Map([...view.laneOf].map(([id, lane]) => [lane, id]));
    const base = group.nodeIndex(candidate.to) * group.quads * 4;
    return range(view.quads).map((q) =>
      normBackwardRow.pack({
        inputQuad: p + q,
        slot: group.slot + p + q,
        coefficient: group.coefficient(candidate),
        gateBefore: false,
        ...gatherQuad(q, view.quads * 4, (lane) => {
          const id = idOf.get(lane);
          return id === undefined ? none : base + id;
        }),
      }),
    );
  });
}

/** Adds what the pools with a norm hand back to the states. */
function poolBackward(group: GroupPlan, part: GpuBuffer, low: number): void {
  const { pools, sources, context } = group;
  if (pools.length === 0) return;
  const { gpu, tables, tab } = context;
  const rows = sources.flatMap((source) =>
    range(source.view.quads).map((q) => {
      const readers = pools
        .filter((pool) => pool.source === source)
        .map(({ candidate, p }) =>
          pooledReaderRow.pack({
            gradientQuad: p + q,
            winnerQuad: p - pools[0]!.p + q,
            maximum: candidate.pool?.pool === 'max',
          }),
        );
      return pooledQuadRow.pack({
        resultQuad: source.view.firstQuad - low + q,
        readers: tables.add(readers),
        count: readers.length,
      });
    }),
  );
  gpu.record(
    poolInputGradient(group.stride),
    [group.p.buffer, group.winners, part, tab],
    { ...group.planes, table: tables.add(rows) },
    [ceilDiv(pixelsOf(group.inPlane), 64), rows.length],
  );
}

/** Gradients of the pointwise weights and of D, from the gradient that lies in P. */
function productBackward(group: GroupPlan, branches: readonly Branch[], dGradient: Tensor): void {
  if (branches.length === 0) return;
  const { gpu, tables, tab, masked, chunks, chunkCount, chunkStride } = group.context;
  const tile = branches.some((b) => b.inQuads > 1 || b.outQuads > 1) ? 2 : 1;
  const filterRows = branches.flatMap((b) =>
    productTiles(b.d, b.inQuads, b.p, b.outQuads, 0, b.product.gradient, tile),
  );
  gpu.record(
    pointwiseFilterGradient({ relu: false, strided: false, tile }, group.context.sizes.filter),
    [group.d.buffer, group.p.buffer, chunks, tab],
    { ...group.innerPlanes, table: tables.add(filterRows), chunks: chunkCount, chunkStride },
    [chunkCount, filterRows.length],
  );
  const rows = branches.flatMap((b) =>
    range(b.inQuads).map((i) =>
      pointwiseRow.pack({
        inputQuad: b.p,
        inputQuads: b.outQuads,
        weights: b.product.transposed + i * b.outQuads * 4,
        shift: 0,
      }),
    ),
  );
  gpu.record(
    pointwiseForward({ relu: false, strided: false }),
    [group.p.buffer, masked, dGradient.buffer, tab],
    { ...group.innerPlanes, table: tables.add(rows), outputQuad: branches[0]!.d },
    [ceilDiv(pixelsOf(group.outPlane), pointwiseTile), rows.length],
  );
}

/** Gradients of the taps of a level's depthwise convolutions. `inputOf`: a branch's first input quad, and its slot. */
function tapsBackward(
  group: GroupPlan,
  level: 1 | 2,
  x: GpuBuffer,
  g: GpuBuffer,
  inputOf: (b: Branch) => readonly [quad: number, slot: number],
): void {
  const { gpu, tables, tab, slotBuffer, chunks, chunkCount, chunkStride, sizes } = group.context;
  const v = group.variant(level);
  for (const [c, branches] of group.byClass(level)) {
    // Four more programs with stride 2, for the few reduction cells: those shall not take long to compile.
    const columns = filterColumns(c.kernel, v.stride === 1 ? sizes.taps : c.kernel);
    const rows = branches.flatMap((b) => {
      const [quad, slot] = inputOf(b);
      return range(b.inQuads).flatMap((q) =>
        range(ceilDiv(c.kernel, columns)).map((i) =>
          tapsRow.pack({
            inputQuad: quad + q,
            gradientQuad: b.d + q,
            result: b.taps.gradient + q * c.kernel ** 2,
            slot: slot + q,
            ...spacing(b),
            column: i * columns,
          }),
        ),
      );
    });
    gpu.record(
      depthwiseFilterGradient(v, c, sizes.filter, columns),
      [x, g, chunks, tab, ...(v.activation === 'affine' ? [slotBuffer] : [])],
      {
        ...(level === 1 ? group.planes : group.innerPlanes),
        table: tables.add(rows),
        chunks: chunkCount,
        chunkStride,
      },
      [chunkCount, rows.length],
    );
  }
}

interface InputGradient {
  readonly source: Tensor;
  readonly x: GpuBuffer;
  readonly target: GpuBuffer;
  readonly plane: Plane;
  readonly planes: Record<string, number>;
  /** An input quad each: its readers, its quad in x, its slot, its quad in the target. */
  readonly quads: readonly {
    q: number;
    readers: readonly Branch[];
    x: number;
    slot: number;
    target: number;
  }[];
}

/** Input gradients of depthwise convolutions, one pass a dilation: the readers of a pass share the columns' step. */
function depthwiseBackward(group: GroupPlan, level: 1 | 2, gather: InputGradient): void {
  const v = group.variant(level);
  const classes = group.byClass(level);
  const { gpu, tables, tab, masked, slotBuffer } = group.context;
  const all = gather.quads.flatMap(({ readers }) => readers.map((b) => b.block.dilation));
  // With stride 2 the columns' step is 1 whatever the dilation. A pass without readers still writes zeros.
  const passes =
    v.stride === 1 && all.length > 0 ? [...new Set(all)].sort((a, b) => a - b) : [null];
  passes.forEach((dilation, pass) => {
    const rows = gather.quads.map(({ q, readers, x, slot, target }) => {
      const lists = classes.flatMap(([, members]) => {
        const entries = readers
          .filter(
            (b) => members.includes(b) && (dilation === null || b.block.dilation === dilation),
          )
          .map((b) =>
            readerRow.pack({
              gradientQuad: b.d + q,
              weights: b.taps.weights + q * b.block.kernel ** 2,
            }),
          );
        return [readerListRow.pack({ readers: tables.add(entries), count: entries.length })];
      });
      return readQuadRow.pack({
        inputQuad: x,
        slot,
        dilation: dilation ?? 1,
        outputQuad: target,
        lists: tables.add(lists),
      });
    });
    gpu.record(
      depthwiseInputGradient(
        v,
        classes.map(([c]) => c),
      ),
      [
        gather.source.buffer,
        masked,
        gather.x,
        gather.target,
        tab,
        ...(v.activation === 'affine' ? [slotBuffer] : []),
      ],
      { ...gather.planes, table: tables.add(rows), add: pass > 0 ? 1 : 0 },
      [group.tiles(gather.plane, v.rows, dilation ?? 1), rows.length],
    );
  });
}

/** Second depthwise convolutions: gradients of their taps and of the gated activations before them. */
function innerBackward(group: GroupPlan, dGradient: Tensor, inner: Tensor): void {
  const { second, slot, p } = group;
  tapsBackward(group, 2, p.buffer, dGradient.buffer, (b) => [
    group.firstOf(b).p,
    slot + group.firstOf(b).p,
  ]);
  const quads = second.flatMap((b) => {
    const from = group.firstOf(b).p;
    return range(b.inQuads).map((q) => ({
      q,
      readers: [b],
      x: from + q,
      slot: slot + from + q,
      target: from + q,
    }));
  });
  depthwiseBackward(group, 2, {
    source: dGradient,
    x: p.buffer,
    target: inner.buffer,
    plane: group.outPlane,
    planes: group.innerPlanes,
    quads,
  });
}

/** First depthwise convolutions and reduces: their weights' gradients and the states' gradient. */
function stateBackward(group: GroupPlan, mix: Mix, dGradient: Tensor): void {
  const { context, first, sources } = group;
  const states = group.buffers.states;
  // A source's slot is none: its values are read as they are.
  tapsBackward(group, 1, states.buffer, dGradient.buffer, (b) => [b.source.view.firstQuad, 0]);
  const low = sources[0]!.view.firstQuad;
  const quads = sources.flatMap((source) =>
    range(source.view.quads).map((q) => {
      const x = source.view.firstQuad + q;
      return { q, readers: first.filter((b) => b.source === source), x, slot: 0, target: x - low };
    }),
  );
  const part = context.scratch('states', bytesOf(quads.length, group.inPlane));
  depthwiseBackward(group, 1, {
    source: dGradient,
    x: states.buffer,
    target: part,
    plane: group.inPlane,
    planes: group.planes,
    quads,
  });
  for (const r of group.reduces) reduceBackward(group, r, part, low);
  poolBackward(group, part, low);
  recordMixBackward(group, mix, part, low);
}

function reduceBackward(group: GroupPlan, r: Reduce, part: GpuBuffer, low: number): void {
  const { gpu, tables, tab, masked, chunks, chunkCount, chunkStride } = group.context;
  const { weights } = r;
  const view = r.source.view;
  const filterRows = [0, 1].flatMap((k) =>
    productTiles(
      view.firstQuad,
      view.quads,
      r.p + (k === 1 ? weights.quads[0] : 0),
      weights.quads[k]!,
      k,
      weights.gradient[k]!,
      2,
    ),
  );
  const states = group.buffers.states.buffer;
  gpu.record(
    pointwiseFilterGradient({ relu: true, strided: true, tile: 2 }, group.context.sizes.filter),
    [states, group.p.buffer, chunks, tab],
    { ...group.planes, table: tables.add(filterRows), chunks: chunkCount, chunkStride },
    [chunkCount, filterRows.length],
  );
  const total = weights.quads[0] + weights.quads[1];
  const rows = range(view.quads).map((q) =>
    reluGradientRow.pack({
      gradientQuad: r.p,
      gradientQuads: weights.quads[0],
      weights: weights.transposed + q * total * 4,
      inputQuad: view.firstQuad + q,
      resultQuad: view.firstQuad - low + q,
      add: true,
      secondQuad: r.p + weights.quads[0],
      secondQuads: weights.quads[1],
    }),
  );
  gpu.record(
    pointwiseInputGradient({ strided: true }),
    [group.p.buffer, masked, states, part, tab],
    { ...group.planes, table: tables.add(rows) },
    [ceilDiv(pixelsOf(group.inPlane), pointwiseTile), rows.length],
  );
}
