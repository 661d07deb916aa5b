/** What the super-net that Start would build amounts to, as the settings change. */
import { bytes, compact, integer, plural } from '../format.ts';
import { usePlannedNetwork } from '../sessions/planned-now.ts';
import { useMemoryObstacle } from '../settings/use-problems.ts';
import { wordsOf } from '../store/state-name.ts';
import { useLab } from '../store/store.ts';
import '../settings/tables.css';

/** @param alone nothing beside it says why the device cannot hold it. */
export function PlannedFigures({ alone = false }: { alone?: boolean }) {
  const planned = usePlannedNetwork();
  const space = useLab((s) => s.settings.space);
  const batch = useLab((s) => s.settings.batchSize);
  const obstacle = useMemoryObstacle();
  if (!planned) return null;
  const memory = Math.max(...planned.stageBytes);
  return (
    <div className="planned-figures" role="status">
      <p>
        Super-net: <strong>{integer(planned.parameters)}</strong> parameters in{' '}
        {plural(planned.operations, 'candidate operation')} of{' '}
        {plural(planned.cells, wordsOf(space).part)}, <strong>{compact(planned.macs)}</strong>{' '}
        multiply-accumulates per image;{' '}
        <span
          title={`Weights, gradients, momentum, and what a step on ${integer(batch)} images keeps for its backward pass, before anything is pruned. By stage: ${planned.stageBytes.map(bytes).join(', ')}.`}
        >
          about <strong>{bytes(memory)}</strong> on the device
        </span>
      </p>
      {alone && obstacle && <p className="field-problem">{obstacle}</p>}
    </div>
  );
}
