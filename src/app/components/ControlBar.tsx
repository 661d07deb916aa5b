/** Which run is on screen, where it stands, and the buttons that act on it. */
import { download, togglePause } from '../commands.ts';
import { clock, duration, durationRange, integer } from '../format.ts';
import { useView, viewHref } from '../router.ts';
import {
  isLive,
  newestRun,
  shownRecord,
  useShownRun,
  type ShownRun,
} from '../sessions/shown-run.ts';
import { chosenName, dataSetLabel, useDatasets } from '../store/datasets.ts';
import { goOn, watch } from '../store/library.ts';
import { library, useLibrary } from '../store/library-state.ts';
import { sentence } from '../store/sentence.ts';
import {
  abandonSearch,
  newSearch,
  startSearch,
  stepSearch,
  stopSearch,
} from '../sessions/search.ts';
import { useCanStart } from '../settings/use-problems.ts';
import { fullParameters, lab, shownState, useLab } from '../store/store.ts';
import type { RunModel } from '../store/run-state.ts';
import type { LabState } from '../store/store.ts';
import { activeStates } from '../sessions/search-client.ts';
import { ContinueButton } from './ContinueButton.tsx';
import { DownloadIcon, NextIcon, PauseIcon, PlayIcon, StopIcon } from './icons.tsx';
import { RunTitle } from './RunTitle.tsx';

export function ControlBar() {
  const shown = useShownRun();
  return (
    <section className="control-bar" aria-label="Search">
      <div className="buttons">
        {shown.live ? <LiveButtons /> : <StoredButtons shown={shown} />}
      </div>
      <div className="standing">
        <RunTitle />
        <Sentence shown={shown} />
      </div>
      <Timing />
      <div className="buttons">
        <DownloadButton />
        <ContinueButton />
        <NewSearchButton />
        <RunningSearchLink />
      </div>
    </section>
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
        title="A new search with the settings below; this run stays in the library"
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
      title={
        busy
          ? 'Another search is running in this tab'
          : `From its checkpoint at step ${integer(step)}`
      }
      onClick={resumeShown}
    >
      <PlayIcon /> Resume from step {integer(step)}
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
        title="Ends the step under way. What was found since the last checkpoint is lost."
      >
        <StopIcon /> Stop at once
      </button>
    );
  }
  if (!activeStates.includes(state) && state !== 'idle') return null;
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

function Sentence({ shown }: { shown: ShownRun }) {
  const { dataset, id, checkpointStep, live, recorded } = shown;
  const chosen = useDatasets(chosenName);
  const images = id === null ? chosen : dataSetLabel(dataset);
  // A recording says where it stands at the moment shown, as if it ran now.
  const moment = useLab((s) => (recorded && shownState(s).run.outcome === null ? s.cursor : null));
  const status = moment === null ? shown.status : 'running';
  const text = useLab((s) =>
    sentence({
      images,
      status,
      checkpointStep,
      run: moment === null ? newestRun(s) : shownState(s).run,
      fullParameters: fullParameters(moment === null ? newestState(s) : shownState(s)),
      loading: live ? s.loading : null,
      pausing: live && s.pausing,
    }),
  );
  return (
    <p
      className="sentence"
      role="status"
      data-busy={['loading', 'running', 'stopping', 'elsewhere'].includes(status)}
    >
      <span className="pulse" aria-hidden="true" />
      {text}
    </p>
  );
}

const newestState = (state: LabState): Pick<LabState, 'run' | 'superNet'> => ({
  run: newestRun(state),
  superNet: (isLive(state) ? null : state.replay?.superNet) ?? state.superNet,
});

function Timing() {
  const time = useLab((s) => (newestRun(s).started ? clock(newestRun(s).time) : null));
  const left = useLab((s) =>
    isLive(s) && ['running', 'paused'].includes(s.state) && s.run.latest
      ? estimate(s.run.latest)
      : null,
  );
  if (!time) return null;
  return (
    <p className="timing">
      <span>{time}</span>
      {left && (
        <span title="From the steps timed so far: if every stage ends as soon as it can, and if every stage takes as many epochs as it may">
          {left} left
        </span>
      )}
    </p>
  );
}

/** Runs of earlier versions know an upper limit only. */
const estimate = ({ timeLeft, timeLeftLeast }: NonNullable<RunModel['latest']>): string =>
  timeLeftLeast === undefined
    ? `at most ${duration(timeLeft)}`
    : durationRange(timeLeftLeast, timeLeft);

function DownloadButton() {
  const ready = useLab((s) => newestRun(s).architecture !== null);
  const begun = useLab((s) => newestRun(s).started !== null);
  if (!begun) return null;
  return (
    <button
      type="button"
      className={ready ? 'primary' : ''}
      onClick={download}
      disabled={!ready}
      title={ready ? undefined : 'Available once the search has finished or was stopped'}
    >
      <DownloadIcon /> Download architecture
    </button>
  );
}

function NewSearchButton() {
  const over = useLab(
    (s) => !activeStates.includes(s.state) && (s.state !== 'idle' || newestRun(s).started !== null),
  );
  if (!over) return null;
  return (
    <button type="button" onClick={newSearch}>
      New search
    </button>
  );
}

/** While another run is on screen: nothing here acts on the search of this tab. */
function RunningSearchLink() {
  const view = useView();
  const hidden = useLab((s) => !isLive(s) && activeStates.includes(s.state));
  if (!hidden) return null;
  return (
    <a className="button" href={viewHref(view, null)}>
      Show the running search
    </a>
  );
}
