/** A training that a page was left in the middle of: go on from its last epoch, or forget it. Or why nothing is kept. */
import type { Architecture } from '../../../domain/architecture/schema.ts';
import { summarize } from '../../../storage/trainings.ts';
import { integer } from '../../format.ts';
import { useLab } from '../../store/store.ts';
import { continueTraining, isTraining, useTraining } from '../../sessions/training.ts';
import { discardUnfinished } from '../../sessions/stored-trainings.ts';

export function Unfinished({ architecture }: { architecture: Architecture }) {
  const record = useTraining((s) => s.unfinished);
  const obstacle = useTraining((s) => s.obstacle);
  const busy = useTraining(isTraining);
  const searching = useLab(
    (s) => s.state === 'running' || s.state === 'loading' || s.state === 'stopping',
  );
  if (obstacle)
    return (
      <p
        className="note"
        role="status"
      >{`The training is not stored and will be lost when this page is closed: ${obstacle}.`}</p>
    );
  if (!record?.checkpoint || busy) return null;
  const { epochs, epochsDone: done } = summarize(record);
  return (
    <div className="callout">
      <p>{`A training of this architecture was interrupted. It is stored up to the end of epoch ${integer(done)} of ${integer(epochs)}.`}</p>
      <div className="buttons">
        <button
          type="button"
          className="primary"
          disabled={searching}
          onClick={() => continueTraining(architecture, record)}
        >
          {`Resume from epoch ${integer(done + 1)}`}
        </button>
        <button type="button" onClick={() => void discardUnfinished()}>
          Discard
        </button>
      </div>
    </div>
  );
}
