/** One stored run: its figures, and what can be done with it. */
import { measuredText } from '../../../domain/accuracy.ts';
import { useState } from 'react';
import { DownloadIcon, PlayIcon } from '../../components/icons.tsx';
import { ForkedFrom } from '../../fork/ForkedFrom.tsx';
import { copy } from '../../copy.ts';
import { clock, compact, integer, moment, plural } from '../../format.ts';
import { saveRun } from '../../store/library-files.ts';
import { goOn } from '../../store/library-resume.ts';
import { watch } from '../../store/library-watch.ts';
import { binRun, copySettings, renameRun, showStored, tagRun } from '../../store/library.ts';
import { foundBy, isInterrupted, isOpenEnded, useLibrary } from '../../store/library-state.ts';
import { useLab } from '../../store/store.ts';
import { activeStates } from '../../sessions/search-client.ts';
import type { RunRecord } from '../../../storage/records.ts';
import { Elsewhere } from './Elsewhere.tsx';
import { saveRunsCsv } from './runs-csv.ts';
import { Size } from './Size.tsx';

interface RunRowProps {
  run: RunRecord;
  chosen: boolean;
  choose: (on: boolean) => void;
}

export function RunRow({ run, chosen, choose }: RunRowProps) {
  const [editing, setEditing] = useState(false);
  const found = useLibrary((s) => foundBy(run, s));
  const { name, tags, summary, settings, dataset } = run;
  return (
    <li className="run-row">
      <input
        type="checkbox"
        checked={chosen}
        onChange={(event) => choose(event.target.checked)}
        aria-label={`Compare ${name}`}
        title={copy.chooseTwo}
      />
      {editing ? (
        <EditForm run={run} close={() => setEditing(false)} />
      ) : (
        <div className="run-head">
          <h3>{name || copy.untitled}</h3>
          <p className="note">
            <State run={run} /> {dataset.name}, seed {settings.seed}, {moment(run.created)}
            {run.imported && ', from a file'}
          </p>
          {summary.ancestry && (
            <p className="note">
              <ForkedFrom ancestry={summary.ancestry} />
            </p>
          )}
          {tags.length > 0 && (
            <ul className="tags" aria-label="Tags">
              {tags.map((tag) => (
                <li key={tag}>{tag}</li>
              ))}
            </ul>
          )}
        </div>
      )}
      <dl className="run-figures">
        <Figure
          label="Parameters"
          value={
            summary.parameters
              ? `${compact(summary.parameters.active)} of ${compact(settings.targetParameters)}`
              : '\u2013'
          }
        />
        <Figure
          label={copy.validationAccuracy}
          value={
            summary.accuracy === null ? '\u2013' : measuredText(summary.accuracy, summary.images)
          }
        />
        <Figure label="Steps" value={integer(summary.step)} />
        <Figure label="Time" value={clock(summary.time)} />
      </dl>
      {found && <Size record={found} of={name} />}
      {found && <Elsewhere record={found} />}
      <Actions run={run} edit={() => setEditing(true)} />
    </li>
  );
}

function Figure({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function State({ run }: { run: RunRecord }) {
  const interrupted = useLibrary((s) => isInterrupted(run, s));
  return (
    <span className="run-state" data-state={interrupted ? 'interrupted' : run.status}>
      {interrupted ? 'interrupted' : run.status}
    </span>
  );
}

function Actions({ run, edit }: { run: RunRecord; edit: () => void }) {
  const openEnded = useLibrary((s) => isOpenEnded(run, s));
  const held = useLibrary((s) => s.held.has(run.id));
  const mine = useLab((s) => s.runId === run.id && activeStates.includes(s.state));
  const busy = useLab((s) => activeStates.includes(s.state));
  return (
    <div className="buttons">
      {openEnded && (
        <button
          type="button"
          className="primary"
          disabled={busy}
          title={busy ? copy.searchRuns : undefined}
          onClick={() => goOn(run)}
        >
          <PlayIcon /> {copy.resumeFromStep} {integer(run.checkpointStep ?? 0)}
        </button>
      )}
      {held && !mine ? (
        <button type="button" onClick={() => void watch(run.id)}>
          Watch
        </button>
      ) : (
        <button type="button" onClick={() => showStored(run.id)}>
          Open
        </button>
      )}
      <button type="button" onClick={() => copySettings(run)} disabled={busy}>
        Use settings
      </button>
      <button
        type="button"
        onClick={() => void saveRun(run, false)}
        title={`Settings, ${plural(run.events, 'event')} and architecture, as JSON`}
      >
        <DownloadIcon /> Save
      </button>
      {run.checkpointStep !== null && (
        <button
          type="button"
          onClick={() => void saveRun(run, true)}
          title="The same, with the last checkpoint: another browser can resume from it"
        >
          Save with weights
        </button>
      )}
      <button
        type="button"
        title="Losses, accuracies, ratios and memory of every step"
        onClick={() => void saveRunsCsv([run.id])}
      >
        <DownloadIcon /> CSV
      </button>
      <button type="button" onClick={edit}>
        Rename
      </button>
      <button
        type="button"
        onClick={() => void binRun(run)}
        disabled={held}
        title={held ? copy.stopItFirst : undefined}
      >
        Delete
      </button>
    </div>
  );
}

function EditForm({ run, close }: { run: RunRecord; close: () => void }) {
  const [name, setName] = useState(run.name);
  const [tags, setTags] = useState(run.tags.join(', '));
  return (
    <form
      className="run-edit"
      onSubmit={(event) => {
        event.preventDefault();
        void Promise.all([renameRun(run.id, name), tagRun(run.id, tags)]);
        close();
      }}
      onKeyDown={(event) => event.key === 'Escape' && close()}
    >
      <label>
        <span>Name</span>
        <input
          type="text"
          value={name}
          maxLength={120}
          onChange={(event) => setName(event.target.value)}
          autoFocus
        />
      </label>
      <label>
        <span>Tags</span>
        <input
          type="text"
          value={tags}
          onChange={(event) => setTags(event.target.value)}
          placeholder="separated by commas"
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
