/** A selected unit at one level as rows of a CSV, at full precision. Pure. */
import type { Granularity } from '../../../domain/granularities.ts';
import type { CsvRows } from '../../charts/csv.ts';
import type { Row } from './rows.ts';

export function detailRows(level: Granularity, { candidate, groups, weights }: Row): CsvRows {
  if (level === 'filter')
    return [
      ['block', 'filter', 'gate', 'threshold', 'alive'],
      ...groups.flatMap(({ part, threshold, filters }) =>
        filters.map(({ id, importance, alive, fate }) => [
          ...[part + 1, id + 1, importance, fate ? fate.threshold : threshold],
          alive ? 1 : 0,
        ]),
      ),
    ];
  if (level === 'weight')
    return [
      ['magnitude from', 'magnitude to', 'alive', 'masked'],
      ...(weights?.alive ?? []).map((alive, bin) => [
        ...[bin * weights!.width, (bin + 1) * weights!.width],
        ...[alive, weights!.masked[bin] ?? 0],
      ]),
    ];
  return [
    ['importance', 'threshold', 'alive'],
    ...(candidate ? [[candidate.importance, candidate.threshold, candidate.alive ? 1 : 0]] : []),
  ];
}
