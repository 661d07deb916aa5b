/** What the super-net that Start would build amounts to, as the settings change. */
import { bytes, integer, plural } from '../../format.ts';
import { useSpace, wordsOf } from '../../store/state-name.ts';
import { leastMemory } from '../../store/planned.ts';
import { usePlannedNetwork } from '../planned-network.ts';

export function PlannedFigures() {
  const planned = usePlannedNetwork();
  const space = useSpace();
  if (!planned) return null;
  return (
    <div className="planned-figures">
      <p>
        Super-net: <strong>{integer(planned.parameters)}</strong> parameters in{' '}
        {plural(planned.operations, 'candidate operation')} of{' '}
        {plural(planned.cells, wordsOf(space).part)};{' '}
        <span title="32-bit weights, gradients and momentum of all parameters. Activations and workspaces come on top: how much depends on the batch and the device.">
          at least {bytes(leastMemory(planned))} on the device
        </span>
      </p>
    </div>
  );
}
