/** Fork from here: a second search from a kept checkpoint of the run on screen, with something changed. */
import { useEffect, useState } from 'react';
import { copy } from '../copy.ts';
import { Dialog } from '../components/Dialog.tsx';
import { bytes, integer } from '../format.ts';
import { activeStates } from '../sessions/search-client.ts';
import { stopSearch } from '../sessions/search.ts';
import { useShownRun } from '../sessions/shown-run.ts';
import { forkPoint, keptCheckpoints } from '../store/library-resume.ts';
import { useLibrary } from '../store/library-state.ts';
import { shownState, useLab } from '../store/store.ts';
import { checkpointBudget } from '../../storage/kept-checkpoints.ts';
import type { CheckpointInfo } from '../../storage/records.ts';
import type { ForkPoint } from '../../storage/fork.ts';
import { ForkForm } from './ForkForm.tsx';
import { stageCount } from '../../domain/spaces/registry.ts';

export function ForkButton() {
  const { id, status } = useShownRun();
  const [open, setOpen] = useState(false);
  if (id === null || status === 'loading') return null;
  return (
    <>
      <button
        type="button"
        className="fork-button"
        onClick={() => setOpen(true)}
        title="A second search from a checkpoint of this run, with another target, lambda, seed or set of levels"
      >
        Fork…
      </button>
      <Dialog title="Fork from here" kind="card" open={open} onClose={() => setOpen(false)}>
        <Fork id={id} close={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

function Fork({ id, close }: { id: string; close: () => void }) {
  const { recorded, live } = useShownRun();
  const busy = useLab((s) => activeStates.includes(s.state));
  const stopping = useLab((s) => s.state === 'stopping');
  // A run that is searched gets more of them.
  const updated = useLibrary(({ runs }) => runs?.find((run) => run.id === id)?.checkpoints);
  const [kept, setKept] = useState<readonly CheckpointInfo[] | null>(null);
  useEffect(() => {
    let wanted = true;
    void keptCheckpoints(id).then(
      (list) => wanted && setKept(list),
      () => wanted && setKept([]),
    );
    return () => void (wanted = false);
  }, [id, updated]);
  if (recorded)
    return (
      <p className="fork-form">
        Recorded searches ship without their checkpoints, which hold the weights. Start your own
        search: a checkpoint is stored at every commit, and a fork can start from any of them.
      </p>
    );
  if (busy)
    return (
      <div className="fork-form">
        <p>
          A search is running in this tab and uses the device that a fork needs.{' '}
          {live && 'It can be stopped here; it stays in the library, with its checkpoints.'}
        </p>
        {live && (
          <div className="buttons">
            <button type="button" className="primary" disabled={stopping} onClick={stopSearch}>
              {stopping ? 'Stopping after this step' : copy.stopSearch}
            </button>
          </div>
        )}
      </div>
    );
  if (kept === null) return <p className="fork-form">Reading the checkpoints.</p>;
  if (kept.length === 0)
    return (
      <p className="fork-form">
        No checkpoint of this run is stored. The first one is written at the first commit or at step
        50; a run from a file has one only if it was saved with weights.
      </p>
    );
  return <Choice id={id} kept={kept} close={close} />;
}

function Choice({
  id,
  kept,
  close,
}: {
  id: string;
  kept: readonly CheckpointInfo[];
  close: () => void;
}) {
  const [events, setEvents] = useState(() => nearest(kept).events);
  const [point, setPoint] = useState<ForkPoint | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const chosen = kept.some((one) => one.events === events) ? events : nearest(kept).events;
  useEffect(() => {
    let wanted = true;
    forkPoint(id, chosen).then(
      (found) => wanted && setPoint(found),
      (error: unknown) =>
        wanted && setFailure(error instanceof Error ? error.message : String(error)),
    );
    return () => void (wanted = false);
  }, [id, chosen]);
  return (
    <div className="fork-form">
      <div className="field">
        <label htmlFor="fork-from">From</label>
        <select
          id="fork-from"
          value={chosen}
          aria-describedby="fork-kept"
          onChange={(event) => setEvents(Number(event.target.value))}
        >
          {kept.map((one) => (
            <option key={one.events} value={one.events}>
              {checkpointText(one)}
            </option>
          ))}
        </select>
      </div>
      <p id="fork-kept" className="note">
        {integer(kept.length)} kept, {bytes(kept.reduce((sum, one) => sum + one.bytes, 0))} of{' '}
        {bytes(checkpointBudget)}. Above that, older checkpoints are thinned out.
      </p>
      {failure !== null && (
        <p className="field-problem" role="alert">
          {failure}
        </p>
      )}
      {point?.checkpoint.events === chosen && <ForkForm key={chosen} point={point} close={close} />}
    </div>
  );
}

/** The last one before the moment on screen, or the first. @param kept at least one. */
function nearest(kept: readonly CheckpointInfo[]): CheckpointInfo {
  const { step } = shownState().run;
  return kept.findLast((one) => one.step <= step) ?? kept[0]!;
}

function checkpointText({ kind, step, stage }: CheckpointInfo): string {
  const { started } = shownState().run;
  const stages = started ? stageCount(started.settings.space) : Infinity;
  const name = stage >= stages ? 'the joint stage' : `stage ${stage + 1}`;
  const at = `Step ${integer(step)}`;
  if (kind === 'stage-end') return `${at}: end of stage ${stage}`;
  return kind === 'commit' ? `${at}: commit in ${name}` : `${at}: in ${name}`;
}
