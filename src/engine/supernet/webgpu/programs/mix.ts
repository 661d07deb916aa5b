/** Mixed operations: terms summed into their nodes, and the gradients of what they sum. */
import { mixBackward } from '../../../../kernels/webgpu/mix-backward/program.ts';
import { mixForward } from '../../../../kernels/webgpu/mix/program.ts';
import {
  alignedShareRow,
  gatheredShareRow,
  mixListsRow,
  packMix,
} from '../../../../kernels/webgpu/mix/rows.ts';
import type { MixTable } from '../../../../kernels/webgpu/mix/rows.ts';
import { mixRows } from '../../../../kernels/webgpu/mix/variant.ts';
import type { MixVariant } from '../../../../kernels/webgpu/mix/variant.ts';
import { gatherRow } from '../../../../kernels/webgpu/norm-apply/rows.ts';
import { normBackwardRow } from '../../../../kernels/webgpu/norm-backward/rows.ts';
import { ceilDiv, none, pixelsOf } from '../../../../kernels/webgpu/quad.ts';
import type { GpuBuffer } from '../../../../kernels/webgpu/buffers.ts';
import type { MixGroup } from '../batches.ts';
import type { Recorder } from '../recorder.ts';
import { gatherQuad, laneIn, slotOf } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { range } from '../tiles.ts';
import { mixBackwardWork, mixWork } from './mix-work.ts';
import { normBackward } from './norm.ts';

/** What the backward pass and the units need of the forward one. */
export interface MixPlace {
  readonly table: number;
  /** Which pixel each max pool took, one byte a channel. */
  readonly winners: GpuBuffer;
  /** First share of the coefficients' gradients, and shares of each source and target. */
  readonly partial: number;
  readonly shares: number;
}

/** Lane of each in the shares of the coefficients' gradients. */
export const directLanes = { identity: 0, average: 1, max: 2 } as const;

const pools = (direct: MixGroup['terms'][number]['direct']): boolean =>
  direct === 'average' || direct === 'max';

/** Workgroups of 64 columns. */
function tiles(recorder: Recorder, tensor: Tensor): number {
  const { batch, height, width } = recorder.plane(tensor);
  return ceilDiv(batch * ceilDiv(height, mixRows) * width, 64);
}

const variantOf = ({ options }: Recorder, { stride, inPlace, mayPool }: MixGroup): MixVariant => ({
  stride,
  inPlace,
  pools: mayPool,
  dropPath: options.factors !== null,
});

export function forward(recorder: Recorder, group: MixGroup): MixPlace {
  const { tables, tab, gpu, memory, slotBuffer, dropPath } = recorder;
  const { set, sources, states, shares, inPlace, terms } = group;
  const { quads } = set;
  const pooled = sources.map((_, s) => terms.some((t) => t.source === s && pools(t.direct)));
  const table = tables.add(
    packMix({
      quads,
      sources: sources.map(({ quad }, s) => ({ quad, pooled: pooled[s]! })),
      targets: group.targets.map(({ quad, add }, target) => ({
        row: { quad, add, lists: sharesOf(recorder, group, target) },
        direct: directOf(recorder, group, target),
      })),
    }),
  );
  const pixels = pixelsOf(recorder.plane(set.tensor));
  const winners = memory.own(
    gpu.buffer(pooled.includes(true) ? sources.length * quads * pixels * 4 : 16),
  );
  recorder.record(
    mixForward(variantOf(recorder, group)),
    [
      ...(inPlace ? [] : [recorder.buffer(states)]),
      ...[recorder.buffer(shares), recorder.buffer(set.tensor), winners],
      ...[slotBuffer, recorder.options.coefficients, tab],
    ],
    {
      ...recorder.planes(states, set.tensor),
      ...dropPath,
      ...{ sources: sources.length, table, slot: shares.slot },
    },
    [tiles(recorder, set.tensor), quads],
    mixWork(recorder, group),
  );
  const each = quads * tiles(recorder, states);
  const partial = recorder.partialCount;
  recorder.partialCount += sources.length * group.targets.length * each;
  return { table, winners, partial, shares: each };
}

/** Per source: coefficients of what is computed where it is summed, towards a target. */
function directOf(
  recorder: Recorder,
  { sources, terms }: MixGroup,
  target: number,
): MixTable['targets'][number]['direct'] {
  return sources.map((_, source) => {
    const coefficient = (direct: keyof typeof directLanes): number => {
      const found = terms.find(
        (t) => t.source === source && t.target === target && t.direct === direct,
      );
      return found ? recorder.coefficient(found.unit) : none;
    };
    return {
      skip: coefficient('identity'),
      average: coefficient('average'),
      maximum: coefficient('max'),
    };
  });
}

/** For each quad of a target, the norms that add to it: a table of `mixListsRow`. */
function sharesOf(recorder: Recorder, { set, terms }: MixGroup, target: number): number {
  const { tables } = recorder;
  const own = terms.filter((term) => term.target === target);
  const lists = range(set.quads).map((q) => {
    const aligned: number[][] = [];
    const gathered: number[][] = [];
    for (const { share, unit } of own) {
      if (!share) continue;
      const gather = gatherQuad(q, inLanes(set), (id) => laneIn(share.raw, id));
      const coefficient = recorder.coefficient(unit);
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

/** A mix's own lanes: channel c in lane c. */
const inLanes = ({ width }: MixGroup['set']): { laneOf: ReadonlyMap<number, number> } => ({
  laneOf: new Map(range(width).map((id) => [id, id])),
});

/** The norms' gradients, from the nodes'. */
export function sharesBackward(recorder: Recorder, group: MixGroup): void {
  const { set, shares, targets } = group;
  if (!isLive(recorder, group)) return;
  const rows = group.terms.flatMap(({ share, target, unit }) => {
    if (!share) return [];
    const upstream = { quad: targets[target]!.quad, ...inLanes(set) };
    return range(share.raw.quads).map((q) =>
      normBackwardRow.pack({
        inputQuad: share.raw.quad + q,
        slot: slotOf(share, q),
        coefficient: recorder.coefficient(unit),
        gateBefore: share.node.gate?.before ?? false,
        ...gatherQuad(q, share.raw, (id) => laneIn(upstream, id)),
      }),
    );
  });
  const reached = new Set(group.terms.flatMap(({ share, target }) => (share ? [target] : [])));
  normBackward(recorder, shares, set.gradient, rows, reached.size * set.quads, true);
}

const isLive = ({ options }: Recorder, { set }: MixGroup): boolean =>
  set.mixes.some((mix) => options.isLive(mix));

/** The states' gradients: what convolutions left in parts, and what the nodes give through skips and pools. */
export function statesBackward(
  recorder: Recorder,
  group: MixGroup,
  { table, winners, partial }: MixPlace,
): void {
  if (!isLive(recorder, group)) return;
  const { tables, tab, partials, dropPath } = recorder;
  const { set, sources, states, statesGradient, parts, inPlace } = group;
  const rows = sources.flatMap(({ value: { gradient, place } }) =>
    range(set.quads).map((q) => {
      const from = { quad: gradient.quad, laneOf: place.laneOf };
      const written = recorder.isWritten(parts, gradient.quad);
      return gatherRow.pack(
        gatherQuad(q, inLanes(set), (id) => (written ? laneIn(from, id) : none)),
      );
    }),
  );
  const quads = sources.flatMap(({ quad }) => range(set.quads).map((q) => quad + q));
  const add = recorder.claim(statesGradient, quads);
  const gridX = tiles(recorder, states);
  recorder.record(
    mixBackward(variantOf(recorder, group), recorder.options.sizes.mix),
    [
      ...(inPlace ? [] : [recorder.buffer(set.gradient)]),
      ...[recorder.buffer(states), recorder.buffer(parts), winners],
      ...[recorder.buffer(statesGradient), partials, recorder.options.coefficients, tab],
    ],
    {
      ...recorder.planes(states, set.tensor),
      ...dropPath,
      ...{ sources: sources.length, table, partial, gridX },
      gather: tables.add(rows),
      add: add ? 1 : 0,
    },
    [gridX, set.quads, sources.length],
    mixBackwardWork(recorder, group, rows.length, add),
  );
}
