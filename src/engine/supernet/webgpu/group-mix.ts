/** The mixed operations of a group: candidates summed into their nodes, and the gradients of skips, pools, coefficients. */
import {
  mixBackward,
  mixForward,
  mixHeader,
  mixRows,
  targetRow,
} from '../../../kernels/webgpu/mix.ts';
import { none, pixelsOf } from '../../../kernels/webgpu/quad.ts';
import type { GpuBuffer } from '../../../kernels/webgpu/runtime.ts';
import type { CandidatePlan } from '../plan.ts';
import type { GroupPlan } from './group-plan.ts';
import { gatherRow } from './tensor.ts';
import { range } from './tiles.ts';

/** What the backward pass needs of the forward one. */
export interface Mix {
  readonly tab: number;
  readonly targets: readonly number[];
  /** Which pixel each max pool took, one byte a channel. */
  readonly winners: GpuBuffer;
  /** First share of the coefficients' gradients. */
  readonly partial: number;
}

/** @param written nodes that hold something already: this group adds to them. */
export function recordMix(group: GroupPlan, written: Set<number>): Mix {
  const { context, quads, candidates, sources } = group;
  const { gpu, tables, tab: tableBuffer } = context;
  const targets = [...new Set(candidates.map((k) => k.to))].sort((a, b) => a - b);
  const rows = targets.map((to) => {
    const row = [
      (to - 2) * quads,
      written.has(to) ? 1 : 0,
      ...directCoefficients(group, to),
      convolutionList(group, to),
    ];
    written.add(to);
    return row;
  });
  if (rows.some((row) => row.length !== targetRow)) throw new Error('mix target row');
  const pooled = (state: number): boolean =>
    candidates.some((k) => k.from === state && k.operation.kind.endsWith('pool'));
  const header = [
    targets.length,
    quads,
    ...[0, 1].flatMap((s) => {
      const source = sources[s];
      return source ? [source.fullQuad, pooled(source.state) ? 1 : 0] : [none, 0];
    }),
  ];
  if (header.length !== mixHeader) throw new Error('mix header');
  const tab = tables.add([header, ...rows]);
  const anyPool = sources.some((s) => pooled(s.state));
  const winners = context.own(
    gpu.buffer(anyPool ? sources.length * quads * pixelsOf(group.outPlane) * 4 : 16),
  );
  const { inPlace, full, output } = group.buffers;
  if (targets.length > 0) {
    gpu.record(
      mixForward({ stride: group.stride, inPlace, dropPath: context.factors !== null }),
      [
        ...(inPlace ? [] : [full.buffer]),
        group.p.buffer,
        output.buffer,
        winners,
        context.slotBuffer,
        context.coefficients,
        tableBuffer,
      ],
      {
        ...group.planes,
        ...context.dropPath,
        sources: sources.length,
        tab,
        slot: group.slot,
        partial: 0,
      },
      [group.tiles(group.outPlane, mixRows), quads],
    );
  }
  const partial = context.partialCount;
  context.partialCount += sources.length * targets.length * sharesOf(group);
  return { tab, targets, winners, partial };
}

/** Per source: coefficients of skip, average pool and max pool towards a node. */
function directCoefficients(group: GroupPlan, to: number): number[] {
  return [0, 1].flatMap((s) => {
    const state = group.sources[s]?.state ?? -1;
    const find = (kind: string): number => {
      const found = group.candidates.find(
        (k) => k.to === to && k.from === state && k.operation.kind === kind && !k.reduce,
      );
      return found ? group.coefficient(found) : none;
    };
    return [group.stride === 1 ? find('skip') : none, find('average-pool'), find('max-pool')];
  });
}

/** For each quad of a node, the convolutions and reduces that write to it. */
function convolutionList(group: GroupPlan, to: number): number {
  const { tables } = group.context;
  const heads = range(group.quads).map((q) => {
    const aligned: number[][] = [];
    const gathered: number[][] = [];
    for (const k of group.candidates.filter((c) => c.to === to)) {
      const out = group.outputLanes(k);
      if (!out) continue;
      const gather = gatherRow(q, group.cell.shape.channels, (id) => {
        const lane = out.laneOf.get(id);
        return lane === undefined ? none : out.base + lane;
      });
      if (gather[0] !== none) aligned.push([group.coefficient(k), gather[0]]);
      else if (gather.some((word) => word !== none))
        gathered.push([group.coefficient(k), ...gather.slice(1)]);
    }
    return [tables.add(aligned), aligned.length, tables.add(gathered), gathered.length];
  });
  return tables.add(heads);
}

const sharesOf = (group: GroupPlan): number => group.quads * group.tiles(group.inPlane, mixRows);

/** Tells the unit gradients where each candidate's sums are. */
export function addItems(group: GroupPlan, mix: Mix): void {
  const { context, slot } = group;
  const c = group.cell.shape.index;
  const each = sharesOf(group);
  const alpha = context.spec(`cells.${c}.alpha`).offset;
  const laneOf = (k: CandidatePlan): number =>
    k.operation.kind === 'skip' ? 0 : k.operation.kind === 'average-pool' ? 1 : 2;
  for (const k of group.candidates) {
    const source = group.sources.findIndex((s) => s.state === k.from);
    const convolution = group.outputLanes(k) !== null;
    const blocks = [group.first, group.second].flatMap((list) =>
      list.filter((b) => b.candidate === k).map((b) => [slot + b.p, b.outQuads] as const),
    );
    const reduce = group.reduces.find((r) => r.candidate === k);
    if (reduce) blocks.push([slot + reduce.p, reduce.weights.quads[0] + reduce.weights.quads[1]]);
    const gated = context.on.filter && k.blocks.length > 0;
    context.items.push({
      alpha: alpha + k.unit,
      coefficient: group.coefficient(k),
      operationThreshold: context.on.operation
        ? context.threshold(`cells.${c}.operationThreshold`, k.unit)
        : none,
      filterThreshold: gated ? context.threshold(`cells.${c}.filterThreshold`, k.unit) : none,
      blocks,
      before: reduce !== undefined,
      partial: convolution
        ? none
        : mix.partial + (source * mix.targets.length + mix.targets.indexOf(k.to)) * each,
      partials: convolution ? 0 : each,
      partialLane: laneOf(k),
    });
  }
}

/** @param part gradient of the compacted states, of which the first quad is `low`. */
export function recordMixBackward(group: GroupPlan, mix: Mix, part: GpuBuffer, low: number): void {
  const { context, quads, sources } = group;
  const { inPlace, full, fullGradient, outputGradient } = group.buffers;
  const gather = sources.flatMap(({ view }) =>
    range(quads).map((q) =>
      gatherRow(q, group.cell.shape.channels, (id) => {
        const lane = view.laneOf.get(id);
        return lane === undefined ? none : (view.firstQuad - low) * 4 + lane;
      }),
    ),
  );
  const gridX = group.tiles(group.inPlane, mixRows);
  context.gpu.record(
    mixBackward(
      { stride: group.stride, inPlace, dropPath: context.factors !== null },
      context.sizes.mix,
    ),
    [
      ...(inPlace ? [] : [outputGradient]),
      full.buffer,
      part,
      mix.winners,
      fullGradient,
      context.partials,
      context.coefficients,
      context.tab,
    ],
    {
      ...group.planes,
      ...context.dropPath,
      sources: sources.length,
      tab: mix.tab,
      slot: group.slot,
      partial: mix.partial,
      gather: context.tables.add(gather),
      gridX,
      add: inPlace ? 1 : 0,
    },
    [gridX, quads, sources.length],
  );
}
