/** Size against target: the whole super-net as a bar, what is left of it, and where the target lies. */
import { Panel } from '../components/Panel.tsx';
import { compact, integer, percent, plural } from '../format.ts';
import { useSpace, wordsOf } from '../store/state-name.ts';
import { shownSettings, useShown } from '../store/store.ts';
import { sizeAgainstTarget } from './size-against-target.ts';
import { usePlannedNetwork } from '../sessions/planned-now.ts';
import { cellCount } from '../../domain/spaces/registry.ts';

export function SizePanel() {
  const parameters = useShown(({ run }) => run.parameters);
  const superNet = useShown(({ run }) => run.started?.superNetParameters ?? null);
  const target = useShown((s) => shownSettings(s).targetParameters);
  const space = useSpace();
  const cells = cellCount(space);
  const { part } = wordsOf(space);
  const trained = useShown(({ run }) => (run.stages.at(-1)?.lastCell ?? -1) + 1);
  return (
    <Panel
      title="Size against target"
      note="parameters"
      csv={
        parameters && superNet
          ? () => [
              ['quantity', 'parameters'],
              ['non-zero', parameters.active],
              ['dense', parameters.dense],
              ['super-net', superNet],
              ['target', target],
            ]
          : undefined
      }
    >
      {parameters && superNet ? (
        <>
          <p className="figures">
            <strong>{integer(parameters.active)}</strong>
            <span>
              {sizeAgainstTarget({ active: parameters.active, target, trained, cells, part })}
            </span>
          </p>
          <div
            className="bullet"
            role="img"
            aria-label={`${integer(parameters.active)} active parameters of ${integer(superNet)} in the super-net; the target is ${integer(target)}`}
          >
            <i className="dense" style={{ width: share(parameters.dense, superNet) }} />
            <i className="active" style={{ width: share(parameters.active, superNet) }} />
            <i
              className="target"
              style={{ left: share(target, superNet) }}
              data-end={target / superNet > 0.7}
            >
              <span>target</span>
            </i>
          </div>
          <p className="foot">
            {percent(parameters.active / superNet)} of the whole super-net’s {compact(superNet)};{' '}
            {compact(parameters.dense)} with masked weights.
          </p>
        </>
      ) : (
        <Planned target={target} />
      )}
    </Panel>
  );
}

/** Before a search: the super-net that Start would build. */
function Planned({ target }: { target: number }) {
  const planned = usePlannedNetwork();
  const space = useSpace();
  return (
    <p className="empty">
      {planned && (
        <>
          The super-net has <strong>{integer(planned.parameters)}</strong> parameters in{' '}
          {plural(planned.operations, 'candidate operation')} of{' '}
          {plural(planned.cells, wordsOf(space).part)}.{' '}
        </>
      )}
      The search prunes it down to <strong>{integer(target)}</strong> parameters.
    </p>
  );
}

function share(part: number, whole: number): string {
  return `${Math.min(100, (100 * part) / whole)}%`;
}
