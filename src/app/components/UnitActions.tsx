/** What a reader may do to one candidate operation of the running search. */
import type { OperationName } from '../../domain/operations/registry.ts';
import { isSteerable } from '../sessions/shown-run.ts';
import { steer } from '../sessions/search.ts';
import { useLab, useShown } from '../store/store.ts';
import { unitKey } from '../store/units.ts';

interface UnitActionsProps {
  cell: number;
  candidate: { edge: number; from: number; to: number; operation: OperationName; alive: boolean };
}

export function UnitActions({
  cell,
  candidate: { edge, from, to, operation, alive },
}: UnitActionsProps) {
  const live = useLab((s) => isSteerable(s) && s.replay === null);
  const isProtected = useShown(
    ({ run }) => run.protected[unitKey({ cell, from, to, operation })] === true,
  );
  // The newest refusal, of this very operation, until the next change is made.
  const refusal = useShown(({ run }) => {
    const last = run.log.entries.findLast((entry) => entry.kind === 'steered');
    if (!last?.refusal || last.change.kind === 'set' || last.change.kind === 'lambda') return null;
    return last.change.cell === cell &&
      last.change.edge === edge &&
      last.change.operation === operation
      ? last.refusal
      : null;
  });
  const act = (kind: 'protect' | 'release' | 'prune' | 'regrow') => () =>
    steer({ kind, cell, edge, operation });
  if (!live)
    return isProtected ? (
      <p className="note">Protected: not pruned, regardless of its threshold.</p>
    ) : null;
  return (
    <div className="unit-actions">
      <p className="buttons">
        {alive && (
          <button
            type="button"
            aria-pressed={isProtected}
            onClick={act(isProtected ? 'release' : 'protect')}
            title="A protected operation is not pruned, regardless of its threshold"
          >
            {isProtected ? 'Unprotect' : 'Protect'}
          </button>
        )}
        {alive ? (
          <button
            type="button"
            onClick={act('prune')}
            title="Removed from the super-net before the next step. Regrow restores it with newly initialized weights."
          >
            Prune
          </button>
        ) : (
          <button
            type="button"
            onClick={act('regrow')}
            title="Newly initialized weights, all filters, and its initial importance"
          >
            Regrow
          </button>
        )}
      </p>
      {refusal && (
        <p className="field-problem" role="alert">
          Not applied: {refusal}.
        </p>
      )}
    </div>
  );
}
