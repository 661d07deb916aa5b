/** Every stored run: found, named, compared, exported, imported, resumed, deleted and restored. */
import { useEffect, useRef, useState } from 'react';
import type { DragEvent } from 'react';
import { copy } from '../../copy.ts';
import { Deleted } from '../../components/Deleted.tsx';
import { DownloadIcon } from '../../components/icons.tsx';
import { Panel } from '../../components/Panel.tsx';
import { compact, integer, plural } from '../../format.ts';
import { saveStoredArchitecture } from '../../store/library-files.ts';
import { restore, refreshLibrary, binArchitecture } from '../../store/library.ts';
import { viewHref } from '../../router.ts';
import { importArchitecture } from '../../sessions/training.ts';
import { takeAny } from '../../sessions/import.ts';
import { library, useLibrary } from '../../store/library-state.ts';
import type { RunRecord } from '../../../storage/records.ts';
import { isRecorded } from '../../recorded/recordings.ts';
import { RecordedRuns } from '../../recorded/RecordedRuns.tsx';
import { wordsOf } from '../../store/state-name.ts';
import { PublishedCells } from '../../components/PublishedCells.tsx';
import { Compare } from './Compare.tsx';
import { Elsewhere } from './Elsewhere.tsx';
import { ImportArchitecture } from './ImportArchitecture.tsx';
import './import.css';
import './library.css';
import { orders, pickRuns } from './pick.ts';
import type { Order } from './pick.ts';
import { runRows, saveRunsCsv } from './runs-csv.ts';
import { Publish } from './Publish.tsx';
import { RoomMeter } from './RoomMeter.tsx';
import { RunRow } from './RunRow.tsx';
import { Size } from './Size.tsx';

export default function Library() {
  const runs = useLibrary((s) => s.runs);
  const [words, setWords] = useState('');
  const [order, setOrder] = useState<Order>('newest');
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [dropping, setDropping] = useState(false);
  // A tab that dies tells nobody that its run is free.
  useEffect(() => {
    void refreshLibrary();
    const timer = setInterval(() => void refreshLibrary(), 5_000);
    return () => clearInterval(timer);
  }, []);
  const shown = pickRuns(runs ?? [], words, order);
  // Those that were deleted since are not compared.
  const compared = chosen.filter((id) => isRecorded(id) || runs?.some((run) => run.id === id));

  const choose = (id: string, on: boolean): void =>
    setChosen(on ? [...chosen, id] : chosen.filter((other) => other !== id));
  const drag = (event: DragEvent, on: boolean): void => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    setDropping(on);
  };
  return (
    <div
      className="view library"
      data-dropping={dropping}
      onDragOver={(event) => drag(event, true)}
      onDragLeave={(event) => drag(event, false)}
      onDrop={(event) => {
        drag(event, false);
        takeAll(event.dataTransfer.files);
      }}
    >
      <div className="library-bar">
        <input
          type="search"
          value={words}
          onChange={(event) => setWords(event.target.value)}
          placeholder="Name, tag or data set"
          aria-label="Search runs"
        />
        <select
          aria-label="Sort by"
          value={order}
          onChange={(event) => setOrder(event.target.value as Order)}
        >
          {Object.entries(orders).map(([name, { label }]) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </select>
        <ImportButton />
        {compared.length > 1 && (
          <button
            type="button"
            className="primary"
            onClick={() => document.querySelector('.compared')?.scrollIntoView({ block: 'start' })}
          >
            Show the comparison
          </button>
        )}
        {compared.length > 0 && (
          <button type="button" onClick={() => void saveRunsCsv(compared)}>
            <DownloadIcon /> CSV of {plural(compared.length, 'run')}
          </button>
        )}
        <RoomMeter />
      </div>
      <Messages />
      {compared.length > 1 && <Compare ids={compared} close={() => setChosen([])} />}
      <Panel
        title="Runs"
        note={runs ? `${integer(shown.length)} of ${integer(runs.length)}` : 'reading'}
        className="area-runs"
        csv={shown.length > 0 ? () => runRows(shown) : undefined}
      >
        {shown.length > 0 ? (
          <ul className="runs">
            {shown.map((run) => (
              <RunRow
                key={run.id}
                run={run}
                chosen={chosen.includes(run.id)}
                choose={(on) => choose(run.id, on)}
              />
            ))}
          </ul>
        ) : (
          <p className="empty">{emptyText(runs, words)}</p>
        )}
      </Panel>
      <Architectures />
      <ImportArchitecture />
      <PublishedCells />
      <RecordedRuns chosen={chosen} choose={choose} />
    </div>
  );
}

function emptyText(runs: readonly RunRecord[] | null, words: string): string {
  if (runs === null) return copy.readingStored;
  if (words) return 'No run matches. Search looks at names, tags, data sets and states.';
  return 'No runs yet. Every search is stored here from its first step. A file saved from a library can be dropped here.';
}

function takeAll(files: FileList | null): void {
  // A copy: the list empties itself when the input is cleared.
  const chosen = [...(files ?? [])];
  void (async () => {
    for (const file of chosen) await takeAny(file);
  })();
}

function ImportButton() {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" onClick={() => input.current?.click()}>
        Import a file
      </button>
      <input
        ref={input}
        type="file"
        accept=".json,application/json"
        multiple
        hidden
        aria-label="File to import"
        onChange={(event) => {
          takeAll(event.target.files);
          // So that the same file can be chosen again.
          setTimeout(() => input.current && (input.current.value = ''), 0);
        }}
      />
    </>
  );
}

function Messages() {
  const binned = useLibrary((s) => s.binned);
  const message = useLibrary((s) => s.message);
  return (
    <div className="library-messages" role="status">
      {binned && <Deleted name={binned.name} undo={restore} />}
      {message && (
        <p className="callout" data-kind={message.kind}>
          <span>{message.text}</span>
          <button type="button" onClick={() => library.setState({ message: null })}>
            Close
          </button>
        </p>
      )}
    </div>
  );
}

function Architectures() {
  const architectures = useLibrary((s) => s.architectures).filter(({ runId }) => runId === null);
  if (architectures.length === 0) return null;
  return (
    <Panel
      title="Architectures"
      note={`${integer(architectures.length)} from files and comparisons`}
      className="area-found"
    >
      <ul className="runs">
        {architectures.map((record) => (
          <li key={record.id} className="run-row">
            <div className="run-head">
              <h3>{record.name}</h3>
              <p className="note">
                {record.architecture.dataset.name},{' '}
                {plural(
                  record.architecture.cells.length,
                  wordsOf(record.architecture.settings.space).part,
                )}
                , {compact(record.architecture.parameters.active)} parameters
              </p>
              <Elsewhere record={record} />
            </div>
            <div className="buttons">
              <button
                type="button"
                onClick={() => {
                  importArchitecture(record.architecture);
                  location.hash = viewHref('retrain');
                }}
              >
                Retrain
              </button>
              <button type="button" onClick={() => saveStoredArchitecture(record)}>
                <DownloadIcon /> Save
              </button>
              <button type="button" onClick={() => void binArchitecture(record)}>
                Delete
              </button>
            </div>
            <Size record={record} of={record.name} />
            <Publish architecture={record.architecture} of={record.name} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
