/** Which run is on screen: the heading of every view of it. */
import { RecordingChoice } from '../recorded/RecordingChoice.tsx';
import { ForkedFrom } from '../fork/ForkedFrom.tsx';
import { copy, runStates } from '../copy.ts';
import { newestRun, useShownRun } from '../sessions/shown-run.ts';
import { dataSetLabel } from '../sessions/dataset-sources.ts';
import { useLab } from '../store/store.ts';

export function RunTitle() {
  const { id, name, seed, dataset, status, recorded } = useShownRun();
  const ancestry = useLab((s) => newestRun(s).ancestry);
  if (id === null) return null;
  return (
    <p className="run-title" aria-label="Run on screen">
      {recorded ? (
        <RecordingChoice id={id} name={name} />
      ) : (
        <strong>{name || copy.untitled}</strong>
      )}
      <span className="run-state" data-state={recorded ? 'recorded' : status}>
        {recorded ? 'recorded' : runStates[status]}
      </span>
      <span>{dataSetLabel(dataset)}</span>
      <span>seed {seed}</span>
      {recorded && (
        <span className="recorded-on" title={recorded.adapter}>
          {recorded.recorded.slice(0, 10)} on {recorded.adapter}
        </span>
      )}
      <ForkedFrom ancestry={ancestry} />
    </p>
  );
}
