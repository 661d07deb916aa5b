/** The newest of what happened, while it happens. */
import { useState } from 'react';
import { LogRow, logRows } from '../components/LogRow.tsx';
import { Panel } from '../components/Panel.tsx';
import { viewHref } from '../router.ts';
import type { LogEntry } from '../store/log.ts';
import { useShown } from '../store/store.ts';

const filters = {
  all: () => true,
  pruned: ({ kind }: LogEntry) => kind === 'pruned' || kind === 're-pruned',
  regrown: ({ kind }: LogEntry) => kind === 'regrown',
  commits: ({ kind }: LogEntry) => kind === 'committed' || kind === 'evaluated' || kind === 'stage',
} as const;
type Filter = keyof typeof filters;

/** As many as a glance takes in; the events view has all. */
const shown = 60;

export function Ticker() {
  const [filter, setFilter] = useState<Filter>('all');
  const entries = useShown(({ run }) => run.log.entries);
  const newest = takeLast(entries, filters[filter]);
  return (
    <Panel
      title="Event log"
      className="ticker"
      csv={newest.length > 0 ? () => logRows(entries.filter(filters[filter])) : undefined}
      actions={<a href={viewHref('events')}>All events</a>}
    >
      <div className="chips compact" role="group" aria-label="Show">
        {(Object.keys(filters) as Filter[]).map((name) => (
          <label key={name} className="chip">
            <input
              type="radio"
              name="ticker"
              checked={filter === name}
              onChange={() => setFilter(name)}
            />
            <span>{name}</span>
          </label>
        ))}
      </div>
      {newest.length > 0 ? (
        <ol className="log" tabIndex={0} aria-label="Newest events first">
          {newest.map((entry) => (
            <LogRow key={entry.id} entry={entry} />
          ))}
        </ol>
      ) : (
        <p className="empty">
          {entries.length > 0
            ? `Nothing ${filter} yet.`
            : 'Pruned, committed and regrown units are listed here, newest first.'}
        </p>
      )}
    </Panel>
  );
}

/** Newest first, without going through all of a long log. */
function takeLast(entries: readonly LogEntry[], wanted: (entry: LogEntry) => boolean): LogEntry[] {
  const result: LogEntry[] = [];
  for (let i = entries.length - 1; i >= 0 && result.length < shown; i--) {
    const entry = entries[i]!;
    if (wanted(entry)) result.push(entry);
  }
  return result;
}
