/** Forward convolutions of a group: depthwise, pointwise, statistics, once for each level; factorized reduces. */
import { depthwiseForward } from '../../../kernels/webgpu/depthwise/program.ts';
import { depthwiseRow } from '../../../kernels/webgpu/depthwise/rows.ts';
import { depthwiseStep } from '../../../kernels/webgpu/depthwise/window.ts';
import { pointwiseTile } from '../../../kernels/webgpu/pointwise/product.ts';
import { pointwiseForward } from '../../../kernels/webgpu/pointwise/program.ts';
import { pointwiseRow } from '../../../kernels/webgpu/pointwise/rows.ts';
import { poolForward } from '../../../kernels/webgpu/pool/program.ts';
import { poolRow } from '../../../kernels/webgpu/pool/rows.ts';
import { ceilDiv, pixelsOf } from '../../../kernels/webgpu/quad.ts';
import type { Branch, GroupPlan } from './group-plan.ts';
import { range } from './tiles.ts';

/** Dilation and step of a branch, as the depthwise programs' rows want them. */
export function spacing({ block }: Branch): { dilation: number; step: number } {
  const { dilation } = block;
  return { dilation, step: depthwiseStep(block.stride === 2 ? 2 : 1, dilation) };
}

export function recordConvolutions(group: GroupPlan): void {
  const { context, first, second, slot, levelOne, p, d } = group;
  const { gpu, tables, tab, masked, slotBuffer } = context;
  const level1 = group.variant(1);
  for (const [kernel, branches] of group.byClass(1)) {
    const rows = branches.flatMap((b) =>
      range(b.inQuads).map((q) =>
        depthwiseRow.pack({
          inputQuad: b.source.view.firstQuad + q,
          weights: b.taps.weights + q * b.block.kernel ** 2,
          outputQuad: b.d + q,
          slot: 0,
          ...spacing(b),
        }),
      ),
    );
    gpu.record(
      depthwiseForward(level1, kernel),
      [group.buffers.states.buffer, masked, d.buffer, tab],
      { ...group.planes, table: tables.add(rows) },
      [group.depthwiseTiles(group.outPlane, level1), rows.length],
    );
  }
  pointwise(group, first, 0);
  for (const r of group.reduces) {
    const { view } = r.source;
    const reduceRows = [0, 1].flatMap((k) =>
      range(r.weights.quads[k]!).map((q) =>
        pointwiseRow.pack({
          inputQuad: view.firstQuad,
          inputQuads: view.quads,
          weights: r.weights.forward[k]! + q * view.quads * 4,
          shift: k,
        }),
      ),
    );
    gpu.record(
      pointwiseForward({ relu: true, strided: true }),
      [group.buffers.states.buffer, masked, p.buffer, tab],
      { ...group.planes, table: tables.add(reduceRows), outputQuad: r.p },
      [ceilDiv(pixelsOf(group.outPlane), pointwiseTile), reduceRows.length],
    );
  }
  recordPools(group);
  context.statistics(p, 0, slot, levelOne, (quad) => group.isReduceQuad(quad));
  if (second.length === 0) return;
  const level2 = group.variant(2);
  for (const [kernel, branches] of group.byClass(2)) {
    const rows = branches.flatMap((b) => {
      const from = group.firstOf(b).p;
      return range(b.inQuads).map((q) =>
        depthwiseRow.pack({
          inputQuad: from + q,
          weights: b.taps.weights + q * b.block.kernel ** 2,
          outputQuad: b.d + q,
          slot: slot + from + q,
          ...spacing(b),
        }),
      );
    });
    gpu.record(
      depthwiseForward(level2, kernel),
      [p.buffer, masked, d.buffer, tab, slotBuffer],
      { ...group.innerPlanes, table: tables.add(rows) },
      [group.depthwiseTiles(group.outPlane, level2), rows.length],
    );
  }
  pointwise(group, second, levelOne);
  context.statistics(p, levelOne, slot + levelOne, p.quads - levelOne, () => false);
}

/** Pools that a norm follows, into P. */
function recordPools(group: GroupPlan): void {
  if (group.pools.length === 0) return;
  const { gpu, tables, tab } = group.context;
  const rows = group.pools.flatMap(({ candidate, source: { view } }) =>
    range(view.quads).map((q) =>
      poolRow.pack({
        inputQuad: view.firstQuad + q,
        maximum: candidate.pool?.pool === 'max',
      }),
    ),
  );
  gpu.record(
    poolForward(group.stride),
    [group.buffers.states.buffer, group.p.buffer, group.winners, tab],
    { ...group.planes, table: tables.add(rows), outputQuad: group.pools[0]!.p },
    [ceilDiv(pixelsOf(group.outPlane), 64), rows.length],
  );
}

function pointwise(group: GroupPlan, branches: readonly Branch[], outputQuad: number): void {
  const { gpu, tables, tab, masked } = group.context;
  const rows = branches.flatMap((b) =>
    range(b.outQuads).map((o) =>
      pointwiseRow.pack({
        inputQuad: b.d,
        inputQuads: b.inQuads,
        weights: b.product.forward + o * b.inQuads * 4,
        shift: 0,
      }),
    ),
  );
  gpu.record(
    pointwiseForward({ relu: false, strided: false }),
    [group.d.buffer, masked, group.p.buffer, tab],
    { ...group.innerPlanes, table: tables.add(rows), outputQuad },
    [ceilDiv(pixelsOf(group.outPlane), pointwiseTile), rows.length],
  );
}
