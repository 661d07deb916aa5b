/** Parts of explanations. Pure. */
import { operationTable } from '../../domain/operations/registry.ts';
import { cellName, joined, placeName, wordsOf } from '../store/state-name.ts';
import type { Place } from '../../domain/spaces/shape.ts';
import { bytes, decimal, granularityNames, integer, plural } from '../format.ts';
import { cellIn, sum } from './chronicle.ts';
import type { Chronicle, Commit } from './chronicle.ts';

/** "sep 3x3 in 1 → node 2, cell 3", "mb 3 e6, layer 2" */
export const unitTitle = (
  place: Pick<Place, 'operation' | 'from' | 'to'>,
  cell: number,
): string => {
  const { short } = operationTable[place.operation];
  const where = placeName(place);
  return joined(where === null ? short : `${short} ${where}`, cellName(cell));
};

/** "Block 1 of sep 3x3 in 1 → node 2, cell 3": filters under one threshold. */
export const filtersTitle = (
  places: readonly Pick<Place, 'operation' | 'from' | 'to'>[],
  {
    cell,
    unit,
    part,
  }: { readonly cell: number; readonly unit: number | null; readonly part: number },
): string => {
  const name = wordsOf().filters(unit, part);
  return unit === null
    ? joined(name, cellName(cell))
    : `${name} of ${unitTitle(places[unit]!, cell)}`;
};

/** "step 840, commit 3 of stage 2" */
export function momentOf(
  { committed: { step, round, stage } }: Commit,
  { stages }: Chronicle,
): string {
  return `step ${integer(step)}, commit ${round} of ${stage >= stages ? 'the joint stage' : `stage ${stage + 1}`}`;
}

/** "2 operations, 5 filters and 120 weights" */
export function listed(operations: number, filters: number, weights: number): string {
  const parts = [
    ...(operations > 0 ? [plural(operations, granularityNames.operation.one)] : []),
    ...(filters > 0 ? [plural(filters, granularityNames.filter.one)] : []),
    ...(weights > 0 ? [plural(weights, granularityNames.weight.one)] : []),
  ];
  return parts.length > 1
    ? `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
    : (parts[0] ?? 'nothing');
}

export interface Counts {
  readonly operations: number;
  readonly filters: number;
  readonly weights: number;
}

/** What a commit pruned by itself: in one cell, or altogether. */
export function prunedBy({ pruned }: Commit, cell?: number): Counts {
  const own = <T extends { cell: number }>(all: readonly T[] = []): readonly T[] =>
    cell === undefined ? all : all.filter((one) => one.cell === cell);
  return {
    operations: own(pruned?.operations).length,
    filters: sum(own(pruned?.filters).map(({ count }) => count)),
    weights: sum(own(pruned?.weights).map(({ count }) => count)),
  };
}

/** "Lambda was 0.012, and the commit removed 2 operations and 5 filters with it: 12,345 parameters were left" */
export function commitText(commit: Commit, without: Partial<Counts> = {}): string {
  const { operations, filters, weights } = prunedBy(commit);
  const others = listed(
    operations - (without.operations ?? 0),
    filters - (without.filters ?? 0),
    weights - (without.weights ?? 0),
  );
  return `Lambda was ${decimal(commit.lambda)} then, and the commit removed ${others === 'nothing' ? 'nothing else' : `${others} with it`}`;
}

/** "11,000 of 12,345 parameters were left, and memory fell from 2 MiB to 1 MiB" */
export function leftText({ committed, before }: Commit): string {
  const { parameters, memoryBefore, memoryAfter } = committed;
  const of = before === null ? '' : ` of ${integer(before)}`;
  const memory =
    memoryAfter < memoryBefore
      ? `, and memory fell from ${bytes(memoryBefore)} to ${bytes(memoryAfter)}`
      : '';
  return `${integer(parameters.active)}${of} parameters were left${memory}`;
}

const ordinals = new Intl.PluralRules('en', { type: 'ordinal' });
const suffixes: Partial<Record<Intl.LDMLPluralRule, string>> = { one: 'st', two: 'nd', few: 'rd' };
const ordinal = (n: number): string => `${n}${suffixes[ordinals.select(n)] ?? 'th'}`;

/** How an operation's weights compare with those of the other candidates of its cell, at a moment. */
export function sizeText(
  units: Commit['units'],
  cell: number,
  unit: number,
  candidates: number,
): string {
  const sizes = (cellIn(units, cell)?.weights ?? []).map((one) => ({
    unit: one.unit,
    left: sum(one.alive) + sum(one.masked),
    total: one.total,
  }));
  const own = sizes.find((one) => one.unit === unit);
  if (!own)
    return sizes.length > 0
      ? `it has no weights of its own, unlike ${sizes.length} of the ${candidates} candidates of its ${wordsOf().part}`
      : 'it has no weights of its own';
  const rank = 1 + sizes.filter(({ left }) => left > own.left).length;
  const of =
    own.left === own.total ? integer(own.total) : `${integer(own.left)} of ${integer(own.total)}`;
  return `it had ${of} weights, the ${rank === 1 ? 'most' : `${ordinal(rank)} most`} of the ${sizes.length} convolutions there`;
}
