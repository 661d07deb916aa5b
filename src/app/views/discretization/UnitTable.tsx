/** The same as the picture of a cell's units, in numbers. */
import { copy } from '../../copy.ts';
import type { Granularity } from '../../../domain/granularities.ts';
import type { CsvRows } from '../../charts/csv.ts';
import { decimal, integer } from '../../format.ts';
import { total } from '../../store/cell-units.ts';
import { partHeading } from '../../store/state-name.ts';
import type { Row, RowGroup } from './rows.ts';
import { HeadRow, TableScroll } from '../../components/TableScroll.tsx';

const heads: Readonly<Record<Granularity, readonly string[]>> = {
  operation: ['Importance', 'Threshold', 'State'],
  filter: [copy.remainingFilters, 'Thresholds', 'State'],
  weight: [copy.remainingWeights, 'Threshold', 'State'],
};

function cellsOf(level: Granularity, { candidate, groups, weights }: Row): [string, string] {
  if (level === 'operation')
    return candidate ? [decimal(candidate.importance), decimal(candidate.threshold)] : ['', ''];
  if (level === 'filter') {
    const counts = groups.map(
      ({ filters }) => `${filters.filter(({ alive }) => alive).length} of ${filters.length}`,
    );
    return [
      counts.join(', '),
      groups
        .map(({ threshold }) => (Number.isNaN(threshold) ? '\u2013' : decimal(threshold)))
        .join(', '),
    ];
  }
  return weights
    ? [`${integer(total(weights.alive))} of ${integer(weights.total)}`, decimal(weights.threshold)]
    : ['0', '\u2013'];
}

/** As the table has them. */
export const unitRows = (
  cell: number,
  level: Granularity,
  groups: readonly RowGroup[],
): CsvRows => [
  [partHeading(), 'Edge', 'Unit', ...heads[level]],
  ...groups.flatMap(({ title, rows }) =>
    rows.map((row) => [cell + 1, title, row.label, ...cellsOf(level, row), stateOf(row)]),
  ),
];

const stateOf = ({ alive, regrown }: Row): string =>
  alive ? (regrown ? 'regrown' : 'active') : 'pruned';

export function UnitTable({ level, groups }: { level: Granularity; groups: readonly RowGroup[] }) {
  return (
    <TableScroll label="Units against thresholds, table">
      <table>
        <thead>
          <HeadRow heads={['Place', ...heads[level]]} />
        </thead>
        <tbody>
          {groups.flatMap(({ title, rows }) =>
            rows.map((row) => {
              const [value, threshold] = cellsOf(level, row);
              return (
                <tr key={`${title} ${row.key}`} data-dead={!row.alive}>
                  <th scope="row">
                    {title}, {row.label}
                  </th>
                  <td>{value}</td>
                  <td>{threshold}</td>
                  <td>{stateOf(row)}</td>
                </tr>
              );
            }),
          )}
        </tbody>
      </table>
    </TableScroll>
  );
}
