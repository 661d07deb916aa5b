/** What is going on, in one sentence, and the buttons that change it. */
import { download, togglePause } from '../commands.ts';
import { clock, duration } from '../format.ts';
import { chosenName, useDatasets } from '../store/datasets.ts';
import { sentence } from '../store/sentence.ts';
import { abandonSearch, newSearch, startSearch, stepSearch, stopSearch } from '../store/session.ts';
import { useCanStart } from '../settings/use-problems.ts';
import { fullParameters, useLab } from '../store/store.ts';
import { DownloadIcon, NextIcon, PauseIcon, PlayIcon, StopIcon } from './icons.tsx';

export function ControlBar() {
  return (
    <section className="control-bar" aria-label="Search">
      <div className="buttons">
        <MainButton />
        <StepButton />
        <StopButton />
      </div>
      <Sentence />
      <Timing />
      <div className="buttons">
        <DownloadButton />
        <NewSearchButton />
      </div>
    </section>
  );
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
    <button type="button" onClick={stepSearch} title="One training step, and what follows it">
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
        title="Ends the step under way. What was found so far cannot be downloaded then."
      >
        <StopIcon /> Stop at once
      </button>
    );
  }
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

function Sentence() {
  const images = useDatasets(chosenName);
  const text = useLab((s) =>
    sentence({
      images,
      state: s.state,
      run: s.run,
      fullParameters: fullParameters(s),
      loading: s.loading,
      pausing: s.pausing,
    }),
  );
  const busy = useLab((s) => ['loading', 'running', 'stopping'].includes(s.state));
  return (
    <p className="sentence" role="status" data-busy={busy}>
      <span className="pulse" aria-hidden="true" />
      {text}
    </p>
  );
}

function Timing() {
  const time = useLab((s) => (s.run.started ? clock(s.run.time) : null));
  const left = useLab((s) =>
    ['running', 'paused'].includes(s.state) && s.run.latest
      ? duration(s.run.latest.timeLeft)
      : null,
  );
  if (!time) return null;
  return (
    <p className="timing">
      <span>{time}</span>
      {left && (
        <span title="If every stage takes as many epochs as it may">at most {left} left</span>
      )}
    </p>
  );
}

function DownloadButton() {
  const ready = useLab((s) => s.run.architecture !== null);
  const shown = useLab((s) => s.run.started !== null);
  if (!shown) return null;
  return (
    <button
      type="button"
      className={ready ? 'primary' : ''}
      onClick={download}
      disabled={!ready}
      title={ready ? undefined : 'There is one once the search has finished or was stopped'}
    >
      <DownloadIcon /> Download architecture
    </button>
  );
}

function NewSearchButton() {
  const over = useLab(
    (s) =>
      s.state === 'finished' ||
      s.state === 'failed' ||
      (s.state === 'idle' && s.run.started !== null),
  );
  if (!over) return null;
  return (
    <button type="button" onClick={newSearch}>
      New search
    </button>
  );
}
