/** The filters of one convolution block or preprocess: a bar each, its gate, against the threshold they must exceed. */
import { Frame, side } from '../../charts/Frame.tsx';
import { decimal, integer, plural } from '../../format.ts';
import type { UnitCause } from '../../../domain/events/events.ts';
import type { Filter, FilterGroup } from '../../store/cell-units.ts';
import { TableScroll } from '../../components/TableScroll.tsx';

const yTicks = [0, 0.5, 1].map((at) => ({ at, label: String(at) }));

export function FilterBars({ group, title }: { group: FilterGroup; title: string }) {
  const { filters, threshold } = group;
  const alive = filters.filter((filter) => filter.alive).length;
  const last = filters.filter(({ cause }) => cause === 'last').length;
  const width = side / filters.length;
  const bar = (wanted: boolean): string =>
    filters
      .map(({ alive: own, importance }, i) =>
        own === wanted && importance > 0
          ? `M${((i + 0.1) * width).toFixed(1)} ${side}V${((1 - importance) * side).toFixed(1)}h${(0.8 * width).toFixed(1)}V${side}Z`
          : '',
      )
      .join('');
  const every = Math.ceil(filters.length / 16);
  const label = `${title}: gates of ${plural(filters.length, 'filter')}, ${alive} above the threshold ${decimal(threshold)}`;
  return (
    <figure className="filter-bars">
      <figcaption>
        <strong>{title}</strong> {alive} of {plural(filters.length, 'filter')} remaining
        {last > 0 && ', kept as the last of its convolution'}
      </figcaption>
      <Frame
        label={label}
        yTicks={yTicks}
        xTicks={filters.flatMap(({ id }, i) =>
          i % every === 0 ? [{ at: (i + 0.5) / filters.length, label: String(id + 1) }] : [],
        )}
        overlay={
          !Number.isNaN(threshold) && (
            <i
              className="threshold-line"
              style={{ bottom: `${100 * Math.min(1, Math.max(0, threshold))}%` }}
            >
              <span>{decimal(threshold)}</span>
            </i>
          )
        }
      >
        <path d={bar(true)} fill="var(--filter)" />
        <path
          d={bar(false)}
          fill="none"
          stroke="var(--faint)"
          strokeWidth="1"
          vectorEffect="non-scaling-stroke"
        />
      </Frame>
    </figure>
  );
}

const survivals: Readonly<Partial<Record<UnitCause, string>>> = {
  last: 'kept as the last of its convolution',
  protected: 'kept: its operation is protected',
  held: 'kept: earlier stages are not pruned again',
};

const deaths: Readonly<Partial<Record<UnitCause, string>>> = {
  threshold: 'pruned by its threshold',
  hand: 'removed manually with its operation',
  operation: 'removed with its operation',
};

/** Why a filter is alive or gone. */
export function filterState({
  alive,
  cause,
  fate,
}: Pick<Filter, 'alive' | 'cause' | 'fate'>): string {
  if (alive) return (cause && survivals[cause]) ?? 'active';
  if (!fate) return 'gone';
  // Alive at the last moment it was reported: it went with its operation afterwards.
  const why = fate.cause === null ? 'gone' : (deaths[fate.cause] ?? 'removed with its operation');
  const when = fate.cause !== null && !deaths[fate.cause] ? 'after' : 'at';
  return `${why} ${when} step ${integer(fate.step)}`;
}

export function FilterTable({
  groups,
  titles,
}: {
  groups: readonly FilterGroup[];
  titles: readonly string[];
}) {
  return (
    <TableScroll label="Filters, table">
      <table>
        <thead>
          <tr>
            <th scope="col">Filter</th>
            <th scope="col">Gate</th>
            <th scope="col">Threshold</th>
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          {groups.flatMap(({ filters, threshold }, g) =>
            filters.map(({ id, importance, alive, cause, fate }) => (
              <tr key={`${g} ${id}`} data-dead={!alive}>
                <th scope="row">
                  {titles[g]}, {id + 1}
                </th>
                <td>{decimal(importance)}</td>
                <td>{decimal(fate ? fate.threshold : threshold)}</td>
                <td>{filterState({ alive, cause, fate })}</td>
              </tr>
            )),
          )}
        </tbody>
      </table>
    </TableScroll>
  );
}
