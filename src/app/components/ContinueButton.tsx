/** A finished search, continued towards a smaller target or for more epochs: as a new run, from its last checkpoint. */
import { useState } from 'react';
import { activeStates } from '../sessions/search-client.ts';
import { continuationProblem, offeredContinuation } from '../../storage/continuation.ts';
import type { RunRecord } from '../../storage/records.ts';
import { copy } from '../copy.ts';
import { integer } from '../format.ts';
import { shownRecord, useShownRun } from '../sessions/shown-run.ts';
import { NumberInput } from '../settings/NumberInput.tsx';
import { continueOver } from '../store/library-resume.ts';
import { useLibrary } from '../store/library-state.ts';
import { useLab } from '../store/store.ts';
import { Dialog } from './Dialog.tsx';

export function ContinueButton() {
  const { status } = useShownRun();
  const runs = useLibrary((s) => s.runs);
  const id = useLab((s) => s.pastId ?? s.runId);
  const record = shownRecord({ pastId: id, runId: id }, { runs });
  const idle = useLab((s) => !activeStates.includes(s.state));
  const [open, setOpen] = useState(false);
  if (status !== 'finished' || !record || record.checkpointStep === null) return null;
  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        disabled={!idle}
        title={idle ? undefined : copy.searchRuns}
      >
        Continue…
      </button>
      <Dialog
        title="Continue the search"
        kind="card"
        open={open && idle}
        onClose={() => setOpen(false)}
      >
        <ContinueForm record={record} close={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

function ContinueForm({ record, close }: { record: RunRecord; close: () => void }) {
  const [wish, setWish] = useState(() => offeredContinuation(record));
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const problem = continuationProblem(record, wish);
  const active = record.summary.parameters?.active;
  const { targetParameters } = record.settings;
  async function start(): Promise<void> {
    setBusy(true);
    try {
      await continueOver(record.id, wish);
      close();
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  }
  return (
    <form
      className="continue-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (problem === null && !busy) void start();
      }}
    >
      <p>
        {active !== undefined &&
          `The network has ${integer(active)} remaining parameters; its target was ${integer(targetParameters)}. `}
        The joint stage continues from the last checkpoint, as a new run. This run stays as it is.
      </p>
      <div className="field">
        <label htmlFor="continue-target">Target</label>
        <NumberInput
          id="continue-target"
          value={wish.targetParameters}
          onChange={(value) => setWish({ ...wish, targetParameters: value })}
          invalid={problem?.startsWith('Target') ?? false}
          describedBy="continue-problem"
          width="8em"
        />
        <span className="unit">parameters</span>
      </div>
      <div className="field">
        <label htmlFor="continue-epochs">At most</label>
        <NumberInput
          id="continue-epochs"
          value={wish.moreEpochs}
          onChange={(value) => setWish({ ...wish, moreEpochs: value })}
          invalid={problem?.startsWith('More epochs') ?? false}
          describedBy="continue-problem"
          width="8em"
        />
        <span className="unit">more epochs</span>
      </div>
      <p id="continue-problem" className="field-problem" role="alert">
        {failure ?? problem}
      </p>
      <div className="buttons">
        <button type="submit" className="primary" disabled={problem !== null || busy}>
          Continue
        </button>
        <button type="button" onClick={close}>
          Cancel
        </button>
      </div>
    </form>
  );
}
