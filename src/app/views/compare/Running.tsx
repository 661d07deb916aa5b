/** The comparison that runs here: how far it is, and the ways to hold or end it. Or why it ended. */
import { methodLabels } from '../../../engine/baselines/results.ts';
import type { RunProgress } from '../../../protocol/compare-messages.ts';
import { PauseIcon, PlayIcon, StopIcon, WarningIcon } from '../../components/icons.tsx';
import { Panel } from '../../components/Panel.tsx';
import { duration, integer, loadingText } from '../../format.ts';
import { pauseComparison, resumeComparison, stopComparison } from '../../sessions/comparison.ts';
import { useComparisons } from '../../sessions/comparison-state.ts';

export function Running() {
  const name = useComparisons((s) => s.records?.find(({ id }) => id === s.runningId)?.name ?? null);
  const running = useComparisons((s) => s.runningId !== null);
  const progress = useComparisons((s) => s.progress);
  if (!running) return null;
  return (
    <Panel title="Running" note={name} className="area-running" actions={<Steering />}>
      <Sentence />
      {progress && (
        <>
          <progress
            aria-label="Runs done"
            value={progress.number - 1 + shareOf(progress)}
            max={progress.total}
          />
          <p className="note">{detail(progress)}</p>
        </>
      )}
      <NotKept />
    </Panel>
  );
}

function Steering() {
  const work = useComparisons((s) => s.work);
  const held = work === 'paused' || work === 'pausing';
  return (
    <>
      <button type="button" onClick={held ? resumeComparison : pauseComparison}>
        {held ? <PlayIcon /> : <PauseIcon />} {held ? 'Resume comparison' : 'Pause comparison'}
      </button>
      <button
        type="button"
        onClick={stopComparison}
        title="Stops at once. The current run is lost; finished runs are kept."
      >
        <StopIcon /> Stop comparison
      </button>
    </>
  );
}

/** Which run it is: what a screen reader says, once a run. */
function Sentence() {
  const work = useComparisons((s) => s.work);
  const loading = useComparisons((s) => s.loading);
  const gaveWayTo = useComparisons((s) => s.gaveWayTo);
  const text = useComparisons(({ progress }) => {
    if (!progress) return null;
    const { run, number, total } = progress;
    return `Run ${number} of ${total}: ${methodLabels[run.method]} to ${integer(run.target)} parameters, seed ${run.seed}.`;
  });
  const now = loading ? loadingText(loading) : 'Preparing: a few steps are timed.';
  return (
    <p className="lead" role="status">
      {text ?? now}
      {work === 'paused' &&
        (gaveWayTo
          ? ` Paused: ${gaveWayTo.toLowerCase()} is using the device. The comparison resumes after that.`
          : ' Paused.')}
      {work === 'pausing' && ' Pausing after this step.'}
    </p>
  );
}

/** Of the run under way; a search may end long before its limit. */
function shareOf({ part, step, maxSteps }: RunProgress): number {
  const share = maxSteps > 0 ? step / maxSteps : 0;
  return part === 'training' ? 0.6 + 0.4 * share : part === 'search' ? 0.6 * share : 0;
}

const phaseNames = {
  compiling: 'compiling',
  'warm-up': 'warm-up',
  search: 'pruning',
  scoring: 'scoring for regrowth',
  evaluating: 'evaluating',
} as const;

function detail({ part, stage, phase, step, maxSteps, parameters, timeLeft }: RunProgress): string {
  const left = `about ${duration(timeLeft)} left for all`;
  if (part === 'preparing') return `Preparing its images; ${left}.`;
  const steps = `step ${integer(step)} of ${part === 'search' ? 'at most ' : ''}${integer(maxSteps)}`;
  if (part === 'training') return `Training from scratch: ${steps}; ${left}.`;
  const where = [stage === null ? null : `stage ${stage + 1}`, phase && phaseNames[phase]]
    .filter(Boolean)
    .join(', ');
  return `Search${where && `, ${where}`}: ${steps}${parameters ? `, ${integer(parameters.active)} parameters` : ''}; ${left}.`;
}

function NotKept() {
  const why = useComparisons((s) => s.notKept);
  return why ? (
    <p
      className="problem"
      role="alert"
    >{`The results are on this page only: ${why}. Save them as JSON before you close it.`}</p>
  ) : null;
}

/** Of the worker, or of a file. */
export function Problems() {
  const problem = useComparisons((s) => s.problem);
  const error = useComparisons((s) => s.error);
  return (
    <>
      {problem && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      {error && (
        <p className="problem" role="alert">
          <WarningIcon /> {error.message} {error.advice}
        </p>
      )}
    </>
  );
}
