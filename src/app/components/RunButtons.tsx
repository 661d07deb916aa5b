/** The buttons that begin, pause, step, stop and resume: of this tab's search, or of a stored run on screen. */
import { togglePause } from '../commands.ts';
import { copy } from '../copy.ts';
import { integer } from '../format.ts';
import { shownRecord, useShownRun } from '../sessions/shown-run.ts';
import type { ShownRun } from '../sessions/shown-run.ts';
import { abandonSearch, startSearch, stepSearch, stopSearch } from '../sessions/search.ts';
import { activeStates } from '../sessions/search-client.ts';
import { useCanStart } from '../settings/use-problems.ts';
import { goOn } from '../store/library-resume.ts';
import { watch } from '../store/library-watch.ts';
import { library, useLibrary } from '../store/library-state.ts';
import { lab, useLab } from '../store/store.ts';
import { NextIcon, PauseIcon, PlayIcon, StopIcon } from './icons.tsx';

export function RunButtons() {
  const shown = useShownRun();
  return (
    <div className="buttons">{shown.live ? <LiveButtons /> : <StoredButtons shown={shown} />}</div>
  );
}

/** Of this tab's search. */
function LiveButtons() {
  const { checkpointStep } = useShownRun();
  return (
    <>
      <MainButton />
      <StepButton />
      <StopButton />
      {checkpointStep !== null && <ResumeButton step={checkpointStep} primary={false} />}
    </>
  );
}

/** Of a run that was, or that another tab searches. */
function StoredButtons({ shown: { id, status, checkpointStep } }: { shown: ShownRun }) {
  const startable = useCanStart();
  const idle = useLab((s) => !activeStates.includes(s.state));
  const watching = useLibrary((s) => s.watching === id);
  return (
    <>
      {checkpointStep !== null && <ResumeButton step={checkpointStep} primary />}
      {status === 'elsewhere' && !watching && id !== null && (
        <button type="button" className="primary" onClick={() => void watch(id)}>
          <PlayIcon /> Watch
        </button>
      )}
      <button
        type="button"
        className={checkpointStep === null && status !== 'elsewhere' ? 'primary' : ''}
        onClick={startSearch}
        disabled={!idle || !startable}
        title="Start a new search with the settings of the next search; this run stays in the library"
      >
        <PlayIcon /> Start
      </button>
    </>
  );
}

function ResumeButton({ step, primary }: { step: number; primary: boolean }) {
  const busy = useLab((s) => activeStates.includes(s.state));
  return (
    <button
      type="button"
      className={primary ? 'primary' : ''}
      disabled={busy}
      title={busy ? copy.searchRuns : `From its checkpoint at step ${integer(step)}`}
      onClick={resumeShown}
    >
      <PlayIcon /> {copy.resumeFromStep} {integer(step)}
    </button>
  );
}

function resumeShown(): void {
  const record = shownRecord(lab.getState(), library.getState());
  if (record) goOn(record);
}

function MainButton() {
  const state = useLab((s) => s.state);
  const pausing = useLab((s) => s.pausing);
  const startable = useCanStart();
  if (state === 'paused') {
    return (
      <button type="button" className="primary" onClick={togglePause}>
        <PlayIcon /> Resume
      </button>
    );
  }
  if (state === 'running' || state === 'loading' || state === 'stopping') {
    return (
      <button
        type="button"
        className="primary"
        onClick={togglePause}
        disabled={state !== 'running' || pausing}
      >
        <PauseIcon /> Pause
      </button>
    );
  }
  return (
    <button type="button" className="primary" onClick={startSearch} disabled={!startable}>
      <PlayIcon /> Start
    </button>
  );
}

function StepButton() {
  const paused = useLab((s) => s.state === 'paused');
  if (!paused) return null;
  return (
    <button type="button" onClick={stepSearch} title="Run one training step">
      <NextIcon /> Step
    </button>
  );
}

function StopButton() {
  const state = useLab((s) => s.state);
  const slow = useLab((s) => s.stopIsSlow);
  if (slow) {
    return (
      <button
        type="button"
        onClick={abandonSearch}
        title="Interrupts the current step. Progress since the last checkpoint is lost."
      >
        <StopIcon /> Stop at once
      </button>
    );
  }
  if (!activeStates.includes(state)) return null;
  return (
    <button
      type="button"
      onClick={stopSearch}
      disabled={!['loading', 'running', 'paused'].includes(state)}
    >
      <StopIcon /> Stop
    </button>
  );
}
