/** Table rows of what thresholds prune: units, mixes, ranges of weights, soft counts. */
import { none } from '../../../kernels/webgpu/quad.ts';
import { candidateRow, nodeRow } from '../../../kernels/webgpu/prologue/rows.ts';
import {
  countedArrayRow,
  countedBlockRow,
  countedCandidateRow,
  extraThresholdRow,
  regularizedCandidateRow,
  regularizedNodeRow,
} from '../../../kernels/webgpu/regularizers/rows.ts';
import { blockRow, unitRow } from '../../../kernels/webgpu/unit-gradients/rows.ts';
import { segmentRow } from '../../../kernels/webgpu/weight-gradients/rows.ts';
import type { Node } from '../../../domain/graph/graph.ts';
import type { CountedCandidate } from '../soft-count.ts';
import type { MixGroup } from './batches.ts';
import { unitKey } from './lower.ts';
import type { Lowered } from './lower.ts';
import { directLanes } from './programs/mix.ts';
import type { MixPlace } from './programs/mix.ts';
import type { Recorder } from './recorder.ts';
import { slotOf } from './tensor.ts';
import type { Unit, UnitPlan } from './units.ts';

export interface UnitInputs {
  readonly units: UnitPlan;
  readonly lowered: Pick<Lowered, 'norms' | 'terms'>;
  readonly mixes: ReadonlyMap<MixGroup, MixPlace>;
  readonly counted: readonly CountedCandidate[];
  /** By cell and unit: parameters as constants, in place of the soft count. */
  readonly fixedCounts?: readonly Float32Array[];
}

/** Longest segment of weights that share no threshold: one workgroup goes through it. */
const longestSegment = 1024;

/** A mix's committed survivors, for the coefficients. */
export function nodeTables(recorder: Recorder, { mixes }: UnitPlan): number[][] {
  const { tables } = recorder;
  return mixes.map(({ units, keepsOne }) => {
    const candidates = units.map(({ ref, alpha, operationThreshold }) =>
      candidateRow.pack({
        ...{ coefficient: recorder.coefficient(ref), alpha },
        threshold: operationThreshold,
      }),
    );
    return nodeRow.pack({ candidates: tables.add(candidates), count: candidates.length, keepsOne });
  });
}

/** Where the sums are of which the gradients of units follow: norms' slots, and shares that the mixes left. */
export function unitRows(recorder: Recorder, { units, lowered, mixes }: UnitInputs): number[][] {
  const { tables } = recorder;
  const blocksOf = (nodes: readonly Node[]): { blocks: number; blockCount: number } => {
    const blocks = nodes.flatMap((node) => {
      const norm = lowered.norms.get(node);
      return norm ? [blockRow.pack({ slot: slotOf(norm), slots: norm.raw.quads })] : [];
    });
    return { blocks: tables.add(blocks), blockCount: blocks.length };
  };
  const before = (node: Node): boolean => node.kind === 'norm' && (node.gate?.before ?? false);
  const candidates = units.mixes.flatMap((mix) =>
    mix.units.map((unit) => {
      const { ref, nodes, alpha, operationThreshold, filterThreshold } = unit;
      const placed = lowered.terms.get(unitKey(ref));
      const direct = placed?.term.direct ?? null;
      return unitRow.pack({
        ...{ alpha, operationThreshold, filterThreshold, ...blocksOf(nodes) },
        coefficient: recorder.coefficient(ref),
        gateBefore: nodes.some(before),
        ...(placed && direct
          ? {
              partial: firstShare(mixes.get(placed.group)!, placed),
              partialLane: directLanes[direct],
              partialCount: mixes.get(placed.group)!.shares,
            }
          : { partial: none, partialLane: 0, partialCount: 0 }),
      });
    }),
  );
  const others = units.norms.map(({ node, threshold }) =>
    unitRow.pack({
      ...{ alpha: none, operationThreshold: none, filterThreshold: threshold },
      ...{ coefficient: none, ...blocksOf([node]), gateBefore: before(node) },
      ...{ partial: none, partialLane: 0, partialCount: 0 },
    }),
  );
  return [...candidates, ...others];
}

const firstShare = (
  { partial, shares }: MixPlace,
  { group, term }: { group: MixGroup; term: MixGroup['terms'][number] },
): number => partial + (term.source * group.targets.length + term.target) * shares;

/**
 * Ranges of weights: those of a candidate whole, the rest cut to moderate length.
 * @param counted by `unitKey`: where its `countedCandidateRow` lies.
 */
export function weightSegments(
  { options: { table } }: Recorder,
  { ownerOf }: UnitPlan,
  counted: ReadonlyMap<string, number>,
): number[][] {
  const segments: { owner?: Unit; first: number; size: number }[] = [];
  for (const spec of table.specs) {
    if (spec.group !== 'weight') continue;
    const owner = ownerOf.get(spec.name);
    const last = segments.at(-1);
    if (last && last.owner === owner) last.size += spec.size;
    else segments.push({ owner, first: spec.offset, size: spec.size });
  }
  return segments.flatMap(({ owner, first, size }) => {
    const threshold = owner?.weightThreshold ?? none;
    const row = (owner && counted.get(unitKey(owner.ref))) ?? none;
    if (threshold !== none || row !== none)
      return [segmentRow.pack({ parameter: first, count: size, threshold, counted: row })];
    const parts: number[][] = [];
    for (let i = 0; i < size; i += longestSegment) {
      const count = Math.min(longestSegment, size - i);
      parts.push(segmentRow.pack({ parameter: first + i, count, threshold, counted: none }));
    }
    return parts;
  });
}

export interface Regularized {
  readonly nodes: readonly number[][];
  readonly extra: readonly number[][];
  /** By `unitKey`: the row of its mix, and its place there. */
  readonly places: ReadonlyMap<
    string,
    { readonly node: readonly number[]; readonly index: number; readonly unit: Unit }
  >;
}

/** Every mix's candidates that no commit removed, and thresholds of no candidate. */
export function regularizedTables(recorder: Recorder, units: UnitPlan): Regularized {
  const { tables } = recorder;
  const places = new Map<string, { node: number[]; index: number; unit: Unit }>();
  const nodes = units.mixes.map(({ cell, units: own, keepsOne }) => {
    const rows = own.map(({ ref, alpha, ...thresholds }) =>
      regularizedCandidateRow.pack({
        alpha,
        operationThreshold: thresholds.operationThreshold,
        filterThreshold: thresholds.filterThreshold,
        weightThreshold: thresholds.weightThreshold,
        parameters: recorder.coefficient(ref),
      }),
    );
    const node = regularizedNodeRow.pack({
      ...{ cell, candidates: tables.add(rows), count: rows.length, keepsOne },
    });
    own.forEach((unit, index) => places.set(unitKey(unit.ref), { node, index, unit }));
    return node;
  });
  const extra = units.norms.flatMap(({ threshold }) =>
    threshold === none ? [] : [extraThresholdRow.pack({ parameter: threshold })],
  );
  return { nodes, extra, places };
}

/**
 * What the soft count of each candidate goes through; where counts are fixed, nothing. The first elements of `counts` are
 * the parameters of every candidate, as coefficients are numbered.
 */
export function countedTables(
  recorder: Recorder,
  { places }: Regularized,
  { counted, fixedCounts }: UnitInputs,
): { counts: Float32Array; candidates: ReadonlyMap<string, number> } {
  const { tables } = recorder;
  const { table, candidates: first, units } = recorder.options;
  const { gate: gates } = table.groups;
  const counts = new Float32Array(first + 2 * gates.size);
  const candidates = new Map<string, number>();
  if (fixedCounts) {
    for (let c = 0; c * units < first; c++) counts.set(fixedCounts[c]!, c * units);
    return { counts, candidates };
  }
  for (const { cell, unit: element, constant, arrays, gates: logits } of counted) {
    const ref = { cell, unit: element };
    counts[recorder.coefficient(ref)] = constant;
    if (arrays.length === 0) continue;
    const { node, index, unit } = places.get(unitKey(ref))!;
    const row = countedCandidateRow.pack({
      ...{ node: tables.add([node]), index, filterThreshold: unit.filterThreshold },
      blocks: tables.add(
        logits.map(({ offset, size }) =>
          countedBlockRow.pack({
            ...{ gate: offset, filters: size },
            weights: first + 2 * (offset - gates.offset),
          }),
        ),
      ),
      blockCount: logits.length,
      arrays: tables.add(
        arrays.map(({ spec, block }) =>
          countedArrayRow.pack({
            ...{ parameter: spec.offset, count: spec.size },
            block: block ?? none,
          }),
        ),
      ),
      arrayCount: arrays.length,
    });
    candidates.set(unitKey(ref), tables.add([row]));
  }
  return { counts, candidates };
}
