/** Trainings that this browser has kept, of whatever architecture: each can be looked at again, or deleted. */
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { Deleted } from '../../components/Deleted.tsx';
import { compact, integer, plural, moment } from '../../format.ts';
import { measuredText } from '../../../domain/accuracy.ts';
import { importArchitecture, isTraining, useTraining } from '../../sessions/training.ts';
import {
  binTraining,
  refreshTrainings,
  restoreStoredTraining,
  storedTrainings,
} from '../../sessions/stored-trainings.ts';

export function StoredTrainings() {
  const busy = useTraining(isTraining);
  const of = useTraining((s) => s.of);
  const unfinished = useTraining((s) => s.unfinished);
  const { list, binned } = useStore(storedTrainings);
  useEffect(() => void refreshTrainings(), [busy, of, unfinished]);
  const deleted = binned && <Deleted name={binned.name} undo={restoreStoredTraining} />;
  if (list.length === 0) return deleted;
  return (
    <>
      {deleted}
      <details className="stored-trainings">
        <summary>
          Stored trainings <span>{plural(list.length, 'training')}</span>
        </summary>
        <ul>
          {list.map((one) => (
            <li key={`${one.architecture} ${one.state}`} data-shown={one.architecture === of}>
              <p>
                {`${one.subject.dataset.name}, ${compact(one.subject.parameters.active)} parameters: `}
                <strong>
                  {one.accuracy === null
                    ? `epoch ${integer(one.epochsDone)} of ${integer(one.epochs)}`
                    : `test accuracy ${measuredText(one.accuracy, one.images)} after ${plural(one.epochs, 'epoch')}`}
                </strong>
                <span className="note">{` ${moment(one.updated)}`}</span>
              </p>
              <div className="buttons">
                <button
                  type="button"
                  disabled={busy}
                  onClick={() => importArchitecture(one.subject)}
                >
                  Open
                </button>
                <button type="button" disabled={busy} onClick={() => void binTraining(one)}>
                  Delete
                </button>
              </div>
            </li>
          ))}
        </ul>
      </details>
    </>
  );
}
