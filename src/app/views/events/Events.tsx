/** Everything that happened to units, on a timeline and as a list, filtered together. */
import { use, useMemo, useState } from 'react';
import { LogRow, logRows } from '../../components/LogRow.tsx';
import { Panel } from '../../components/Panel.tsx';
import { granularityNames, integer } from '../../format.ts';
import { cellTitle, groupsOf, partHeading, useSpace, wordsOf } from '../../store/state-name.ts';
import { granularities } from '../../../domain/granularities.ts';
import { anySizeLayout } from '../../../domain/spaces/registry.ts';
import { logKinds } from '../../store/log.ts';
import type { LogKind } from '../../store/log.ts';
import { RunSide, useShown } from '../../store/store.ts';
import { everything, granularityOf, matches, operationOf } from './filter.ts';
import type { EventFilter } from './filter.ts';
import { TimelineCanvas } from './TimelineCanvas.tsx';

const kindNames: Readonly<Record<LogKind, string>> = {
  pruned: 'pruned',
  're-pruned': 're-pruned',
  regrown: 'regrown',
  committed: 'commits',
  evaluated: 'accuracy',
  stage: 'stages',
  steered: 'manual',
  forked: 'forks',
};

/** Rows drawn before more are asked for. */
const page = 100;

export default function Events() {
  const [filter, setFilter] = useState<EventFilter>(everything);
  const side = use(RunSide);
  return (
    <div className="view events">
      <FilterBar filter={filter} setFilter={setFilter} />
      <Panel
        title="Timeline"
        note={`by ${wordsOf(useSpace()).part} and step; larger marks: more units; lines: commits`}
        className="area-timeline"
        csv={() => logRows(side().run.log.entries.filter((entry) => matches(filter, entry)))}
      >
        <TimelineCanvas filter={filter} />
        <MarkLegend />
      </Panel>
      <EventList filter={filter} clear={() => setFilter(everything)} />
    </div>
  );
}

function MarkLegend() {
  return (
    <ul className="legend marks">
      {granularities.map((level) => (
        <li key={level}>
          <svg width="10" height="10" aria-hidden="true">
            <circle cx="5" cy="5" r="4" fill={`var(--${level})`} />
          </svg>
          {granularityNames[level].one} pruned
        </li>
      ))}
      <li>
        <svg width="10" height="10" aria-hidden="true">
          <circle
            cx="5"
            cy="5"
            r="4"
            fill="var(--operation)"
            stroke="var(--text)"
            strokeWidth="1.25"
          />
        </svg>
        re-pruned in a later stage
      </li>
      <li>
        <svg
          width="12"
          height="12"
          aria-hidden="true"
          stroke="var(--regrown)"
          strokeWidth="1.75"
          fill="none"
        >
          <circle cx="6" cy="6" r="4.5" />
          <path d="M4 6h4M6 4v4" />
        </svg>
        regrown
      </li>
    </ul>
  );
}

function FilterBar({
  filter,
  setFilter,
}: {
  filter: EventFilter;
  setFilter: (filter: EventFilter) => void;
}) {
  const space = useSpace();
  const { cells, operations } = anySizeLayout(space);
  const toggle = (kind: LogKind, on: boolean): void => {
    const kinds = new Set(filter.kinds);
    if (on) kinds.add(kind);
    else kinds.delete(kind);
    setFilter({ ...filter, kinds });
  };
  return (
    <form
      className="filter-bar"
      aria-label="Filter events"
      onSubmit={(event) => event.preventDefault()}
    >
      <div className="chips" role="group" aria-label="Kinds">
        {logKinds.map((kind) => (
          <label key={kind} className="chip">
            <input
              type="checkbox"
              checked={filter.kinds.has(kind)}
              onChange={(event) => toggle(kind, event.target.checked)}
            />
            <span>{kindNames[kind]}</span>
          </label>
        ))}
      </div>
      <select
        aria-label="Level"
        value={filter.granularity ?? ''}
        onChange={(event) =>
          setFilter({ ...filter, granularity: granularityOf(event.target.value) })
        }
      >
        <option value="">All levels</option>
        {granularities.map((level) => (
          <option key={level} value={level}>
            {granularityNames[level].many}
          </option>
        ))}
      </select>
      <select
        aria-label={partHeading(space)}
        value={filter.cells?.join(' ') ?? ''}
        onChange={({ target: { value } }) =>
          setFilter({ ...filter, cells: value === '' ? null : value.split(' ').map(Number) })
        }
      >
        <option value="">All {wordsOf(space).parts}</option>
        {groupsOf(space)
          .filter(({ cells: own }) => own.length > 1)
          .map(({ title, cells: own }) => (
            <option key={title} value={own.join(' ')}>
              {title}
            </option>
          ))}
        {cells.map(({ index }) => (
          <option key={index} value={index}>
            {cellTitle(index, space)}
          </option>
        ))}
      </select>
      <select
        aria-label="Operation"
        value={filter.operation ?? ''}
        onChange={(event) => setFilter({ ...filter, operation: operationOf(event.target.value) })}
      >
        <option value="">All operations</option>
        {operations.map(({ name, label }) => (
          <option key={name} value={name}>
            {label}
          </option>
        ))}
      </select>
    </form>
  );
}

function EventList({ filter, clear }: { filter: EventFilter; clear: () => void }) {
  const entries = useShown(({ run }) => run.log.entries);
  const [limit, setLimit] = useState(page);
  const wanted = useMemo(
    () => entries.filter((entry) => matches(filter, entry)),
    [entries, filter],
  );
  const shown = wanted.slice(-limit).reverse();
  return (
    <Panel
      title="List"
      note={`${integer(wanted.length)} of ${integer(entries.length)} entries, newest first`}
      className="area-list"
      csv={shown.length > 0 ? () => logRows(wanted) : undefined}
    >
      {shown.length > 0 ? (
        <ol className="log" tabIndex={0} aria-label="Events, newest first">
          {shown.map((entry) => (
            <LogRow key={entry.id} entry={entry} />
          ))}
          {wanted.length > limit && (
            <li>
              <button type="button" onClick={() => setLimit(limit + page)}>
                Show {integer(Math.min(page, wanted.length - limit))} more
              </button>
            </li>
          )}
        </ol>
      ) : entries.length > 0 ? (
        <p className="empty">
          No entry matches this filter.{' '}
          <button type="button" onClick={clear}>
            Clear the filter
          </button>
        </p>
      ) : (
        <p className="empty">
          No events yet. Press Start: pruned, committed and regrown units appear here.
        </p>
      )}
    </Panel>
  );
}
