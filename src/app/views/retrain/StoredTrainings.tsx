/** Trainings that this browser has kept, of whatever architecture: each can be looked at again, or deleted. */
import { useEffect, useState } from 'react';
import type { TrainingSummary } from '../../../storage/trainings.ts';
import { accuracy, compact, integer, plural } from '../../format.ts';
import { importArchitecture, isTraining, useTraining } from './session.ts';
import { listTrainings, removeTraining } from './stored.ts';

export function StoredTrainings() {
  const busy = useTraining(isTraining);
  const of = useTraining((s) => s.of);
  const unfinished = useTraining((s) => s.unfinished);
  const [list, setList] = useState<readonly TrainingSummary[]>([]);
  useEffect(() => {
    let current = true;
    void listTrainings().then((found) => current && setList(found));
    return () => void (current = false);
  }, [busy, of, unfinished]);
  if (list.length === 0) return null;
  return (
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
                  : `${accuracy(one.accuracy)} after ${plural(one.epochs, 'epoch')}`}
              </strong>
              <span className="note">{` ${new Date(one.updated).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })}`}</span>
            </p>
            <div className="buttons">
              <button type="button" disabled={busy} onClick={() => importArchitecture(one.subject)}>
                Open
              </button>
              <button
                type="button"
                disabled={busy}
                onClick={() => {
                  setList(list.filter((other) => other !== one));
                  void removeTraining(one);
                }}
              >
                Delete
              </button>
            </div>
          </li>
        ))}
      </ul>
    </details>
  );
}
