/** Remaining units of each granularity, in all and by stage: the numbers the method is about. */
import { granularities } from '../../domain/granularities.ts';
import type { UnitCount } from '../../domain/events/events.ts';
import { stageCount } from '../../domain/spaces/registry.ts';
import { Glyph } from '../components/icons.tsx';
import { granularityNames, integer, percent } from '../format.ts';
import { lastSnapshot } from '../store/run-model.ts';
import { shownSettings, useShown } from '../store/store.ts';

export function RemainingTable() {
  const snapshot = useShown(({ run }) => lastSnapshot(run));
  const stages = useShown((s) => stageCount(shownSettings(s).space));
  const pruned = useShown(({ run }) => run.pruned);
  const regrown = useShown(({ run }) => run.regrown);
  return (
    <>
      <table className="remaining">
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">Level</span>
            </th>
            <th scope="col">All</th>
            {Array.from({ length: stages }, (_, stage) => (
              <th scope="col" key={stage}>
                Stage {stage + 1}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {granularities.map((level) => (
            <tr key={level} style={{ color: `var(--${level})` }}>
              <th scope="row">
                <Glyph of={level} /> {granularityNames[level].many}
              </th>
              <Ratio count={snapshot?.counts[level]} strong />
              {Array.from({ length: stages }, (_, stage) => (
                <Ratio
                  key={stage}
                  count={snapshot?.stages.find((one) => one.stage === stage)?.counts[level]}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="foot">
        {snapshot ? (
          <>
            Pruned so far: {integer(pruned.operation)} operations, {integer(pruned.filter)} filters,{' '}
            {integer(pruned.weight)} weights.{' '}
            <span className="regrown-text">{integer(regrown)} operations regrown.</span>
          </>
        ) : (
          'Remaining units, once a stage has started.'
        )}
      </p>
    </>
  );
}

function Ratio({ count, strong = false }: { count: UnitCount | undefined; strong?: boolean }) {
  if (!count || count.total === 0) {
    return (
      <td className="ratio">
        <span className="none">–</span>
        <i className="bar" />
      </td>
    );
  }
  const share = count.left / count.total;
  return (
    <td className="ratio" title={`${integer(count.left)} of ${integer(count.total)}`}>
      <span className={strong ? 'strong' : ''}>{percent(share)}</span>
      <i className="bar">
        <b style={{ transform: `scaleX(${share})` }} />
      </i>
    </td>
  );
}
