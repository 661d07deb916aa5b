/** What an exported train.py reached with an architecture, once its result was read back. */
import type { ArchitectureRecord } from '../../../storage/records.ts';
import { accuracy, integer, plural } from '../../format.ts';

export function Elsewhere({ record: { elsewhere } }: { record: ArchitectureRecord }) {
  if (!elsewhere) return null;
  const { images, epochs, program, processes, dataset } = elsewhere;
  return (
    <p
      className="note"
      title={`Seed ${elsewhere.seed}, cross-entropy ${elsewhere.loss.toFixed(3)}`}
    >
      {`Trained with ${program}, ${plural(processes, 'process')}, ${plural(epochs, 'epoch')}: `}
      <strong>{`${accuracy(elsewhere.accuracy)} of ${integer(images)} test images`}</strong>
      {` (${dataset})`}
    </p>
  );
}
