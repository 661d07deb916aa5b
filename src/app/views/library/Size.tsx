/** What a stored architecture weighs, how much work it is, and how long it takes on this adapter. */
import type { ArchitectureRecord } from '../../../storage/records.ts';
import { duration } from '../../format.ts';
import { useOccupiedByAny } from '../../sessions/device.ts';
import { cancelMeasuring, measure, useMeasuring } from '../../sessions/measuring.ts';
import { latencySource, latencyWords, sizeFigures, sizeSentence } from './figures.ts';

export function Size({ record, of }: { record: ArchitectureRecord; of: string }) {
  return (
    <details className="size">
      <summary>
        Size<span className="visually-hidden"> of {of}</span> <span>{sizeSentence(record)}</span>
      </summary>
      <dl className="size-figures">
        {sizeFigures(record).map(({ label, value, title }) => (
          <div key={label} title={title}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div className="size-latency">
        <dl className="size-figures">
          <div>
            <dt>Inference latency</dt>
            <dd>
              {record.latency ? latencyWords(record.latency) : 'not measured'}
              {record.latency && <span className="note">{latencySource(record.latency)}</span>}
            </dd>
          </div>
        </dl>
        <Measurement record={record} of={of} />
      </div>
    </details>
  );
}

function Measurement({ record, of }: { record: ArchitectureRecord; of: string }) {
  const measuringId = useMeasuring((s) => s.id);
  const problem = useMeasuring((s) => (s.problem?.id === record.id ? s.problem.text : null));
  const occupant = useOccupiedByAny();
  const mine = measuringId === record.id;
  const reason = occupant
    ? `${occupant} is using the graphics device: pause or finish it first`
    : measuringId !== null
      ? 'Another architecture is being measured'
      : null;
  return (
    <div className="size-measure">
      {mine ? (
        <button type="button" onClick={cancelMeasuring}>
          Cancel
        </button>
      ) : (
        <button
          type="button"
          disabled={reason !== null}
          title={
            reason ??
            'One image at a time, on this adapter, with newly initialized weights: no training is needed'
          }
          onClick={() => measure(record)}
        >
          {record.latency ? 'Measure again' : 'Measure latency'}
          <span className="visually-hidden"> of {of}</span>
        </button>
      )}
      {mine && <Progress />}
      {!mine && reason && <span className="note">{reason}.</span>}
      <p className="visually-hidden" role="status">
        {mine && 'Measuring the latency'}
      </p>
      {problem && !mine && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

function Progress() {
  const progress = useMeasuring((s) => s.progress);
  if (!progress) return <span className="note">Compiling</span>;
  const { done, total, timeLeft } = progress;
  return (
    <>
      <progress aria-label="Passes done" value={done} max={total} />
      <span className="note">{`${done} of ${total} passes${timeLeft !== null && timeLeft >= 1000 ? `, ${duration(timeLeft)} left` : ''}`}</span>
    </>
  );
}
