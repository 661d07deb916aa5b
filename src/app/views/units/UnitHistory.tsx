/** What became of one candidate operation: when it was pruned, by which threshold, and when it grew back. */
import { copy } from '../../copy.ts';
import { decimal, integer } from '../../format.ts';
import type { Candidate } from '../../store/cell-units.ts';
import { wordsOf } from '../../store/state-name.ts';

const verbs = {
  pruned: 'Pruned',
  're-pruned': copy.reprunedLater,
  regrown: 'Regrown',
} as const;

export function UnitHistory({ candidate }: { candidate: Candidate }) {
  const { history } = candidate.state;
  if (history.length === 0)
    return <p className="note">Active since the {wordsOf().part} was added.</p>;
  return (
    <ol className="unit-history">
      {history.map(({ kind, step, importance, threshold, byHand }, i) => (
        <li key={i} data-kind={kind}>
          <span>step {integer(step)}</span> {verbs[kind]}
          {byHand && ' manually'}
          {importance !== undefined && threshold !== undefined && (
            <em>
              {decimal(importance)} ≤ {decimal(threshold)}
            </em>
          )}
        </li>
      ))}
    </ol>
  );
}
