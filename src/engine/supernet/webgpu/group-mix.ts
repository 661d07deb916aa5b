/** The mixed operations of a group: candidates summed into their nodes, and the gradients of skips, pools, coefficients. */
import { mixBackward } from '../../../kernels/webgpu/mix-backward/program.ts';
import { mixForward } from '../../../kernels/webgpu/mix/program.ts';
import {
  alignedShareRow,
  gatheredShareRow,
  mixListsRow,
  packMix,
} from '../../../kernels/webgpu/mix/rows.ts';
import type { MixTable } from '../../../kernels/webgpu/mix/rows.ts';
import { mixRows } from '../../../kernels/webgpu/mix/variant.ts';
import { gatherRow } from '../../../kernels/webgpu/norm-apply/rows.ts';
import { none, pixelsOf } from '../../../kernels/webgpu/quad.ts';
import type { GpuBuffer } from '../../../kernels/webgpu/runtime.ts';
import type { CandidatePlan, CellPlan } from '../../../domain/spaces/plan.ts';
import type { GroupPlan } from './group-plan.ts';
import { gatherQuad } from './tensor.ts';
import { range } from './tiles.ts';

/** What the backward pass needs of the forward one. */
export interface Mix {
  /** Table of the group: see `packMix`. */
  readonly table: number;
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
  const rows = targets.map((to): MixTable['targets'][number] => {
    const add = written.has(to);
    written.add(to);
    return {
      row: { quad: group.nodeIndex(to) * quads, add, lists: convolutionLists(group, to) },
      direct: directCoefficients(group, to),
    };
  });
  const pooled = (state: number): boolean =>
    candidates.some((k) => k.from === state && k.pool !== null && !k.poolNorm);
  const table = tables.add(
    packMix({
      quads,
      sources: sources.map((s) => ({ quad: s.fullQuad, pooled: pooled(s.state) })),
      targets: rows,
    }),
  );
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
        table,
        slot: group.slot,
      },
      [group.tiles(group.outPlane, mixRows), quads],
    );
  }
  const partial = context.partialCount;
  context.partialCount += sources.length * targets.length * sharesOf(group);
  return { table, targets, winners, partial };
}

type Direct = 'identity' | 'average' | 'max';
/** Lane of each in the sums of the coefficients' gradients. */
const directLanes: Readonly<Record<Direct, number>> = { identity: 0, average: 1, max: 2 };

/** What needs no convolution or norm is computed where it is summed; null: it lies in P. */
function directOf({ states }: CellPlan, candidate: CandidatePlan): Direct | null {
  const { node, from, pool, poolNorm } = candidate;
  if (node === states[from]) return 'identity';
  // A pool that a norm follows lies in P, as convolutions do.
  return pool && !poolNorm ? pool.pool : null;
}

/** Per source: coefficients of the identity, average pool and max pool towards a node. */
function directCoefficients(group: GroupPlan, to: number): MixTable['targets'][number]['direct'] {
  return group.sources.map(({ state }) => {
    const coefficient = (kind: Direct): number => {
      const found = group.candidates.find(
        (k) => k.to === to && k.from === state && directOf(group.cell, k) === kind,
      );
      return found ? group.coefficient(found) : none;
    };
    return {
      skip: coefficient('identity'),
      average: coefficient('average'),
      maximum: coefficient('max'),
    };
  });
}

/** For each quad of a node, the candidates of P that write to it: a table of `mixListsRow`. */
function convolutionLists(group: GroupPlan, to: number): number {
  const { tables } = group.context;
  const lists = range(group.quads).map((q) => {
    const aligned: number[][] = [];
    const gathered: number[][] = [];
    for (const k of group.candidates.filter((c) => c.to === to)) {
      const out = group.outputLanes(k);
      if (!out) continue;
      const gather = gatherQuad(q, group.cell.shape.channels, (id) => {
        const lane = out.laneOf.get(id);
        return lane === undefined ? none : out.base + lane;
      });
      const coefficient = group.coefficient(k);
      if (gather.aligned !== none)
        aligned.push(alignedShareRow.pack({ coefficient, quad: gather.aligned }));
      else if (gather.lanes.some((lane) => lane !== none))
        gathered.push(gatheredShareRow.pack({ coefficient, lanes: gather.lanes }));
    }
    return mixListsRow.pack({
      aligned: tables.add(aligned),
      alignedCount: aligned.length,
      gathered: tables.add(gathered),
      gatheredCount: gathered.length,
    });
  });
  return tables.add(lists);
}

const sharesOf = (group: GroupPlan): number => group.quads * group.tiles(group.inPlane, mixRows);

/** Tells the unit gradients where each candidate's sums are. */
export function addItems(group: GroupPlan, mix: Mix): void {
  const { context, slot } = group;
  const c = group.cell.shape.index;
  const each = sharesOf(group);
  const alpha = context.spec(`cells.${c}.alpha`).offset;
  for (const k of group.candidates) {
    const direct = directOf(group.cell, k);
    const source = group.sources.findIndex((s) => s.state === k.from);
    const convolution = group.outputLanes(k) !== null;
    const blocks = [group.first, group.second].flatMap((list) =>
      list.filter((b) => b.candidate === k).map((b) => [slot + b.p, b.outQuads] as const),
    );
    const reduce = group.reduces.find((r) => r.candidate === k);
    if (reduce) blocks.push([slot + reduce.p, reduce.weights.quads[0] + reduce.weights.quads[1]]);
    const pool = group.pools.find((one) => one.candidate === k);
    if (pool) blocks.push([slot + pool.p, pool.source.view.quads]);
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
      partialLane: direct ? directLanes[direct] : 0,
    });
  }
}

/** @param part gradient of the compacted states, of which the first quad is `low`. */
export function recordMixBackward(group: GroupPlan, mix: Mix, part: GpuBuffer, low: number): void {
  const { context, quads, sources } = group;
  const { inPlace, full, fullGradient, outputGradient } = group.buffers;
  const gather = sources.flatMap(({ view }) =>
    range(quads).map((q) =>
      gatherRow.pack(
        gatherQuad(q, group.cell.shape.channels, (id) => {
          const lane = view.laneOf.get(id);
          return lane === undefined ? none : (view.firstQuad - low) * 4 + lane;
        }),
      ),
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
      table: mix.table,
      partial: mix.partial,
      gather: context.tables.add(gather),
      gridX,
      add: inPlace ? 1 : 0,
    },
    [gridX, quads, sources.length],
  );
}
