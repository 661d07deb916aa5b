/** One operation with its filters and its weights by magnitude as rows of a CSV, at full precision. Pure. */
import type { CsvRows } from '../../charts/csv.ts';
import type { Candidate, FilterGroup, WeightUnits } from '../../store/cell-units.ts';

/** `value`: importance of an operation, gate of a filter, least magnitude of a bin of weights. */
export function unitRows(
  candidate: Pick<Candidate, 'importance' | 'threshold' | 'alive'>,
  groups: readonly FilterGroup[],
  weights: WeightUnits | undefined,
): CsvRows {
  return [
    ['level', 'block', 'filter', 'value', 'threshold', 'active', 'masked'],
    [
      ...['operation', '', '', candidate.importance, candidate.threshold],
      ...[candidate.alive ? 1 : 0, ''],
    ],
    ...groups.flatMap(({ part, threshold, filters }) =>
      filters.map(({ id, importance, alive, fate }) => [
        ...['filter', part + 1, id + 1, importance, fate ? fate.threshold : threshold],
        ...[alive ? 1 : 0, ''],
      ]),
    ),
    ...(weights?.alive ?? []).map((alive, bin) => [
      ...['weight', '', '', bin * weights!.width, weights!.threshold],
      ...[alive, weights!.masked[bin] ?? 0],
    ]),
  ];
}
