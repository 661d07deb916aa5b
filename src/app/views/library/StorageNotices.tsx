/** What the reader must know about the keeping of runs: that it fails, that a search was interrupted, that one is watched. */
import { copy } from '../../copy.ts';
import { PlayIcon, WarningIcon } from '../../components/icons.tsx';
import { integer } from '../../format.ts';
import { takeUpdate } from '../../offline.ts';
import { goOn, interruptedRun } from '../../store/library-resume.ts';
import { library, useLibrary } from '../../store/library-state.ts';
import { useLab } from '../../store/store.ts';

export function StorageNotices() {
  return (
    <>
      <NotStored />
      <Interrupted />
      <Watching />
      <NewVersion />
    </>
  );
}

function NotStored() {
  const started = useLab((s) => s.state !== 'idle');
  const blocked = useLibrary((s) => s.obstacle);
  const recording = useLibrary((s) => s.recording);
  const why = (started ? recording?.obstacle : null) ?? blocked;
  if (!why) return null;
  // Its earlier part is stored; what does not fit waits in memory and is tried again.
  const partly = started && recording?.kept === 'stored';
  return (
    <section className="notice" role="alert">
      <WarningIcon />
      <div>
        <h2>
          {partly
            ? 'The search continues, but is currently not stored.'
            : 'Searches are not stored: they are lost when this page is closed.'}
        </h2>
        <p>
          The reason: {why}.{' '}
          {partly
            ? 'The lab keeps trying; delete runs in the library to free space.'
            : 'Everything else works, and the architecture can be downloaded.'}
        </p>
      </div>
    </section>
  );
}

function Interrupted() {
  const idle = useLab((s) => s.state === 'idle');
  const pastId = useLab((s) => s.pastId);
  // Of the whole state: which run is meant follows from several of its parts.
  useLibrary((s) => s);
  const run = interruptedRun();
  if (!idle || !run || (pastId !== null && pastId !== run.id)) return null;
  return (
    <section className="notice" role="status">
      <WarningIcon />
      <div>
        <h2>A search was interrupted: {run.name}.</h2>
        <p>
          It reached step {integer(run.summary.step)}, and is stored up to its checkpoint at step{' '}
          {integer(run.checkpointStep ?? 0)}.
        </p>
        <p className="buttons">
          <button type="button" className="primary" onClick={() => goOn(run)}>
            <PlayIcon /> {copy.resumeFromStep} {integer(run.checkpointStep ?? 0)}
          </button>
          <button type="button" onClick={() => library.setState({ dismissed: run.id })}>
            Not now
          </button>
        </p>
      </div>
    </section>
  );
}

function Watching() {
  const watching = useLibrary((s) => s.watching);
  if (watching === null) return null;
  return (
    <section className="notice" role="note">
      <WarningIcon />
      <p>
        <strong>You are watching a search of another tab.</strong> Pause, steer or stop it there.
      </p>
    </section>
  );
}

function NewVersion() {
  const update = useLibrary((s) => s.update);
  // Work that goes on, here or in another tab, loads files of the version it began with.
  const working = useLibrary((s) => s.working);
  if (!update || working) return null;
  return (
    <section className="notice" role="status">
      <WarningIcon />
      <div>
        <h2>A new version of the lab is available.</h2>
        <p className="buttons">
          <button type="button" onClick={takeUpdate}>
            Reload to use it
          </button>
        </p>
      </div>
    </section>
  );
}
