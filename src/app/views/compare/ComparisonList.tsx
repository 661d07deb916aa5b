/** Stored comparisons: where each stands, and what can be done with it. */
import { useState } from 'react';
import { copy } from '../../copy.ts';
import { Deleted } from '../../components/Deleted.tsx';
import { PlayIcon } from '../../components/icons.tsx';
import { plural, moment } from '../../format.ts';
import type { ComparisonRecord } from '../../../storage/records.ts';
import { useOccupied } from '../../sessions/device.ts';
import { goOn } from '../../sessions/comparison.ts';
import { standing, useComparisons } from '../../sessions/comparison-state.ts';
import type { Standing } from '../../sessions/comparison-state.ts';
import {
  binComparison,
  renameComparison,
  showComparison,
  restoreComparison,
} from '../../sessions/stored-comparisons.ts';

export function ComparisonList() {
  const records = useComparisons((s) => s.records);
  if (records === null) return <p className="note">{copy.readingStored}</p>;
  if (records.length === 0) return null;
  return (
    <ul className="comparison-list">
      {records.map((record) => (
        <Row key={record.id} record={record} />
      ))}
    </ul>
  );
}

/** What just happened, and the way back from it. */
export function ComparisonMessages() {
  const binned = useComparisons((s) => s.binned);
  const obstacle = useComparisons((s) => s.obstacle);
  return (
    <div className="comparison-messages" role="status">
      {binned && <Deleted name={binned.name} undo={restoreComparison} />}
      {obstacle && (
        <p className="note">{`Comparisons are not stored and will be lost when this page is closed: ${obstacle}.`}</p>
      )}
    </div>
  );
}

function Row({ record }: { record: ComparisonRecord }) {
  const [editing, setEditing] = useState(false);
  const shown = useComparisons((s) => s.opened === null && s.shownId === record.id);
  const held = useComparisons((s) => s.held);
  const runningId = useComparisons((s) => s.runningId);
  const stand = standing(record, { held, runningId });
  const { name, created, imported } = record;
  return (
    <li className="comparison-row" data-shown={shown}>
      {editing ? (
        <EditForm record={record} close={() => setEditing(false)} />
      ) : (
        <div className="comparison-head">
          <h3>{name}</h3>
          <p className="note">
            <span className="run-state" data-state={stand.kind}>
              {words(stand)}
            </span>{' '}
            {plural(stand.done, 'run')} of {stand.total}, {moment(created)}
            {imported && ', from a file'}
          </p>
        </div>
      )}
      <div className="buttons">
        <GoOn record={record} stand={stand} />
        <button type="button" aria-pressed={shown} onClick={() => showComparison(record.id)}>
          Open
        </button>
        <button type="button" onClick={() => setEditing(true)} disabled={editing}>
          Rename
        </button>
        <Delete record={record} stand={stand} />
      </div>
    </li>
  );
}

function words({ kind, failed }: Standing): string {
  if (kind === 'elsewhere') return 'running in another tab';
  return kind === 'failed' ? `${failed} failed` : kind;
}

function GoOn({
  record,
  stand: { kind, done, failed },
}: {
  record: ComparisonRecord;
  stand: Standing;
}) {
  const idle = useComparisons((s) => s.work === 'idle');
  const occupied = useOccupied();
  if (kind !== 'interrupted' && kind !== 'failed') return null;
  return (
    <button
      type="button"
      className="primary"
      disabled={!idle || occupied !== null}
      title={occupied ? `${occupied} is using the graphics device` : undefined}
      onClick={() => goOn(record)}
    >
      <PlayIcon />{' '}
      {kind === 'failed'
        ? `Retry failed runs (${failed})`
        : done === 0 && !record.imported
          ? 'Start again from the beginning'
          : 'Resume'}
    </button>
  );
}

function Delete({ record, stand: { kind } }: { record: ComparisonRecord; stand: Standing }) {
  const runs = kind === 'running' || kind === 'elsewhere';
  return (
    <button
      type="button"
      disabled={runs}
      title={runs ? copy.stopItFirst : undefined}
      onClick={() => void binComparison(record)}
    >
      Delete
    </button>
  );
}

function EditForm({ record, close }: { record: ComparisonRecord; close: () => void }) {
  const [name, setName] = useState(record.name);
  return (
    <form
      className="comparison-edit"
      onSubmit={(event) => {
        event.preventDefault();
        void renameComparison(record.id, name);
        close();
      }}
      onKeyDown={(event) => event.key === 'Escape' && close()}
    >
      <label>
        Name{' '}
        <input
          type="text"
          value={name}
          maxLength={120}
          autoFocus
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <button type="submit" className="primary">
        Done
      </button>
      <button type="button" onClick={close}>
        Cancel
      </button>
    </form>
  );
}
