/** How long a search by these settings takes here: from steps timed on this device, or the way to time them. */
import { durationRange, milliseconds } from '../format.ts';
import { useCanStart } from '../settings/use-problems.ts';
import { chosenImages } from '../sessions/dataset-sources.ts';
import { useDatasets } from '../sessions/datasets-state.ts';
import { measureTime, paceKey, stopTiming, timeOf, usePace } from '../store/pace.ts';
import { useLab } from '../store/store.ts';
import { wordsOf } from '../store/state-name.ts';
import { backendNames } from './backend-names.ts';

export function TimeEstimate() {
  const settings = useLab((s) => s.settings);
  const backend = useLab((s) => s.backend);
  const idle = useLab((s) => s.state === 'idle' || s.state === 'finished' || s.state === 'failed');
  const set = useDatasets(chosenImages);
  const known = usePace((s) => s.known);
  const measuring = usePace((s) => s.measuring);
  const problem = usePace((s) => s.problem);
  const startable = useCanStart();
  if (!idle || !set) return null;
  if (measuring !== null)
    return (
      <p className="estimate" role="status">
        Timing steps on {backendNames[measuring]}: programs are compiled first.{' '}
        <button type="button" onClick={stopTiming}>
          Stop timing
        </button>
      </p>
    );
  const range = timeOf(known, settings, set, backend);
  const steps = known[paceKey(settings, set, backend)];
  if (range && steps)
    return (
      <p
        className="estimate"
        role="status"
        title={`Timed here: ${milliseconds(steps[0]!)} per step in the first stage, ${milliseconds(steps.at(-1)!)} with all ${wordsOf(settings.space).parts}. The range runs from stages that end as early as possible to stages of maximum length.`}
      >
        Takes {durationRange(range.least, range.most)} here on {backendNames[backend]}
      </p>
    );
  return (
    <p className="estimate">
      <button
        type="button"
        disabled={!startable}
        title={`Times a few steps on ${backendNames[backend]}, in this browser`}
        onClick={() => void measureTime(set)}
      >
        Estimate the time
      </button>
      {problem && <span className="field-problem">{problem}</span>}
    </p>
  );
}
