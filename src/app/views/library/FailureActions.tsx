/** Ways on after a failure, beside trying again: from the last checkpoint, or with less memory. */
import { copy } from '../../copy.ts';
import { PlayIcon } from '../../components/icons.tsx';
import { integer } from '../../format.ts';
import { goOn } from '../../store/library-resume.ts';
import { isOpenEnded, useLibrary } from '../../store/library-state.ts';
import { changeSettings, startSearch } from '../../sessions/search.ts';
import { lab, useLab } from '../../store/store.ts';

/** These failures lie in the choice of the run: the same search anew is no mend. */
export const nothingToRepeat: ReadonlySet<string> = new Set([
  'runs-elsewhere',
  'no-checkpoint',
  'other-data',
]);

export function FailureActions({ code }: { code: string }) {
  const runId = useLab((s) => s.runId);
  const batch = useLab((s) => s.settings.batchSize);
  const run = useLibrary(
    (s) => s.runs?.find((one) => one.id === runId && isOpenEnded(one, s)) ?? null,
  );
  return (
    <>
      {run && code !== 'diverged' && (
        <button type="button" onClick={() => goOn(run)}>
          <PlayIcon /> {copy.resumeFromStep} {integer(run.checkpointStep ?? 0)}
        </button>
      )}
      {code === 'out-of-memory' && batch > 1 && (
        <button type="button" onClick={startWithHalfTheBatch}>
          Start with a batch of {integer(Math.ceil(batch / 2))}
        </button>
      )}
    </>
  );
}

/** A batch's activations take most of the memory. */
function startWithHalfTheBatch(): void {
  const { settings } = lab.getState();
  changeSettings({ ...settings, batchSize: Math.ceil(settings.batchSize / 2) });
  startSearch();
}
