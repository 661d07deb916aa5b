/** Heading of the picture of a network: its size, and how much of the super-net is left. */
import type { Granularity } from '../../../domain/granularities.ts';
import { measuredText } from '../../../domain/accuracy.ts';
import { integer, percent, plural } from '../../format.ts';
import { lastSnapshot } from '../../store/run-model.ts';
import type { Snapshot } from '../../store/run-state.ts';
import { useShown } from '../../store/store.ts';
import { usePlannedNetwork } from '../../sessions/planned-now.ts';

export function PictureTitle() {
  const counts = usePlannedNetwork();
  const snapshot = useShown(({ run }) => lastSnapshot(run));
  const measured = useShown(({ run }) => run.evaluations.at(-1));
  const step = useShown(({ run }) => run.step);
  const operations = snapshot?.counts.operation.left ?? counts?.operations ?? 0;
  return (
    <>
      <text x="0" y="16" fontSize="17" fontWeight="600" style={{ fill: 'var(--text)' }}>
        {integer(snapshot?.parameters.active ?? counts?.parameters ?? 0)} parameters,{' '}
        {plural(operations, 'operation')}
      </text>
      <text x="0" y="35" fontSize="12" style={{ fill: 'var(--muted)' }}>
        {snapshot ? (
          <Remaining snapshot={snapshot} step={step} />
        ) : (
          'the whole super-net, before the search'
        )}
        {measured && `; validation accuracy ${measuredText(measured.accuracy, measured.images)}`}
      </text>
    </>
  );
}

function Remaining({ snapshot: { counts }, step }: { snapshot: Snapshot; step: number }) {
  const share = (level: Granularity): string => percent(counts[level].left / counts[level].total);
  return `${share('operation')} of operations, ${share('filter')} of filters, ${share('weight')} of weights remaining at step ${integer(step)}`;
}
