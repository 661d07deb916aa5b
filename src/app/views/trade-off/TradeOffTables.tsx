/** What stands beside the trade-off chart: its legend, and its points and runs as tables. */
import { copy } from '../../copy.ts';
import { measuredText } from '../../../domain/accuracy.ts';
import { TableScroll } from '../../components/TableScroll.tsx';
import { integer, plural } from '../../format.ts';
import { viewHref } from '../../router.ts';
import { bestWithin, frontBeyondNoise } from './points.ts';
import type { TradeOffPoint, TradeOffRun } from './points.ts';

export function TradeOffLegend({ others, beside }: { others: boolean; beside: boolean }) {
  const items = [
    { label: 'Whole network', mark: <circle cx="7" cy="6" r="4" fill="var(--text)" /> },
    {
      label: 'First stages\u2019 network',
      mark: <circle cx="7" cy="6" r="3.5" fill="none" stroke="var(--text)" strokeWidth="1.25" />,
    },
    {
      label: 'Pareto front, beyond noise',
      mark: <path d="M0 10V6H7V2H14" fill="none" stroke="var(--regrown)" strokeWidth="2" />,
    },
    {
      label: 'Pareto front, within noise',
      mark: (
        <path
          d="M0 10V6H7V2H14"
          fill="none"
          stroke="var(--regrown)"
          strokeWidth="1.25"
          strokeDasharray="2 2"
        />
      ),
    },
    {
      label: 'Within the target',
      mark: <rect y="1" width="14" height="10" fill="var(--weight)" opacity="0.18" />,
    },
    ...(beside
      ? [
          {
            label: 'Compared run',
            mark: <rect x="3" y="2" width="8" height="8" fill="var(--filter)" />,
          },
        ]
      : []),
    ...(others
      ? [{ label: 'Other runs', mark: <circle cx="7" cy="6" r="4" fill="var(--faint)" /> }]
      : []),
  ];
  return (
    <ul className="legend">
      {items.map(({ label, mark }) => (
        <li key={label}>
          <svg width="14" height="12" aria-hidden="true">
            {mark}
          </svg>
          {label}
        </li>
      ))}
    </ul>
  );
}

export function PointTable({ points }: { points: readonly TradeOffPoint[] }) {
  const front = new Map(frontBeyondNoise(points).map(({ point, certain }) => [point, certain]));
  return (
    <TableScroll label="Accuracy against size, table">
      <table>
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col">Parameters</th>
            <th scope="col">{copy.validationAccuracy}</th>
            <th scope="col">Network</th>
            <th scope="col">On the front</th>
          </tr>
        </thead>
        <tbody>
          {points.toReversed().map((point, i) => (
            <tr key={`${point.step} ${i}`}>
              <th scope="row">{integer(point.step)}</th>
              <td>{integer(point.parameters)}</td>
              <td>{measuredText(point.accuracy, point.images)}</td>
              <td>{point.whole ? 'whole' : `stages up to ${point.stage + 1}`}</td>
              <td>
                {front.has(point)
                  ? front.get(point)
                    ? 'yes'
                    : 'within noise of a smaller network'
                  : ''}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

export function RunTable({ runs }: { runs: readonly TradeOffRun[] }) {
  const [only, ...others] = runs;
  if (!only)
    return (
      <p className="empty">
        Runs of this page are compared here: search again with another target, seed or set of
        levels.
      </p>
    );
  return (
    <TableScroll label="Runs, table">
      <table>
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">Seed</th>
            <th scope="col">Target</th>
            <th scope="col">Parameters</th>
            <th scope="col">Accuracy</th>
          </tr>
        </thead>
        <tbody>
          {runs.map(({ id, name, seed, target, current, beside, points }) => {
            const best = bestWithin(points, target);
            return (
              <tr key={id}>
                <th scope="row">
                  {current ? (
                    <strong>{name}</strong>
                  ) : (
                    <>
                      <a href={viewHref('trade-off', id)}>{name}</a>
                      {beside && ' (compared run)'}
                    </>
                  )}
                </th>
                <td>{seed}</td>
                <td>{integer(target)}</td>
                <td>{best ? integer(best.parameters) : '\u2013'}</td>
                <td>{best ? measuredText(best.accuracy, best.images) : '\u2013'}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {only && others.length === 0 && (
        <p className="note">
          Search again with another target or seed, and both are compared here (
          {plural(only.points.length, 'measurement')} so far).
        </p>
      )}
    </TableScroll>
  );
}
