/** Accuracy against parameters over the search, with the target, other runs, and the Pareto front of all. */
import { measuredText } from '../../../domain/accuracy.ts';
import { stageCount } from '../../../domain/spaces/registry.ts';
import { useMemo, useState } from 'react';
import type { CsvRows } from '../../charts/csv.ts';
import { Panel, TableToggle } from '../../components/Panel.tsx';
import { integer, plural } from '../../format.ts';
import { viewHref } from '../../router.ts';
import { defaultRunName } from '../../../storage/run-name.ts';
import { useBeside } from '../../store/beside.ts';
import { useLibrary } from '../../store/library-state.ts';
import { shownSettings, useLab, useShown } from '../../store/store.ts';
import {
  bestWithin,
  frontBeyondNoise,
  pointsOf,
  smallestWithinNoise,
  tradeOffRunOf,
} from './points.ts';
import type { TradeOffPoint, TradeOffRun } from './points.ts';
import { useRecordedRuns, useStoredRuns } from './stored.ts';
import { TradeOffPlot } from './TradeOffPlot.tsx';
import { TableScroll } from '../../components/TableScroll.tsx';

export default function TradeOff() {
  const [asTable, setAsTable] = useState(false);
  const stored = useStoredRuns();
  const recorded = useRecordedRuns();
  const runs = useRuns(useMemo(() => [...stored, ...recorded], [stored, recorded]));
  const target = useShown((s) => shownSettings(s).targetParameters);
  const own = runs.find(({ current }) => current);
  const measured = runs.some(({ points }) => points.length > 0);
  return (
    <div className="view trade-off">
      <Panel
        title="Accuracy against size"
        note="validation accuracy by active parameters; bars: 95% interval"
        className="area-scatter"
        csv={measured ? () => pointRows(runs) : undefined}
        actions={
          <TableToggle
            on={asTable}
            toggle={() => setAsTable(!asTable)}
            of="Accuracy against size"
          />
        }
      >
        {!measured ? (
          <p className="empty">
            Every measurement of a search becomes a point here: how many parameters remained, and
            the validation accuracy. Press Start.
          </p>
        ) : asTable ? (
          <PointTable points={own?.points ?? []} />
        ) : (
          <>
            <p className="lead">
              {own
                ? verdict(own.points, target)
                : 'Earlier and recorded runs. A search of your own is added from its first measurement on.'}
            </p>
            <TradeOffLegend
              beside={runs.some((run) => run.beside)}
              others={runs.some((run) => !run.current && !run.beside)}
            />
            <TradeOffPlot runs={runs} target={target} />
          </>
        )}
      </Panel>
      <Panel
        title="Runs"
        note="best whole network within its own target"
        className="area-runs"
        csv={runs.length > 0 ? 'table' : undefined}
      >
        <RunTable runs={runs} />
      </Panel>
    </div>
  );
}

/** Every measurement of every run in the chart. */
const pointRows = (runs: readonly TradeOffRun[]): CsvRows => [
  ['run', 'seed', 'target', 'step', 'parameters', 'accuracy', 'images', 'whole network'],
  ...runs.flatMap(({ name, seed, target, points }) =>
    points.map(({ step, parameters, accuracy, images, whole }) => [
      ...[name, seed, target, step, parameters, accuracy, images],
      whole ? 1 : 0,
    ]),
  ),
];

function useRuns(stored: readonly TradeOffRun[]): readonly TradeOffRun[] {
  const evaluations = useShown(({ run }) => run.evaluations);
  const settings = useShown(shownSettings);
  const started = useShown(({ run }) => run.started !== null);
  const id = useShown((s) => s.pastId ?? s.runId);
  const earlier = useShown((s) => s.earlier);
  useBeside();
  const beside = useBesidePoints();
  return useMemo(() => {
    const { seed, targetParameters: target, space } = settings;
    const own = started
      ? [
          {
            id: id ?? 'current',
            name: 'This run',
            seed,
            target,
            current: true,
            points: pointsOf(evaluations, stageCount(space)),
          },
        ]
      : [];
    const others = [...beside, ...earlier.flatMap((run) => tradeOffRunOf(run) ?? []), ...stored];
    const seen = new Set([id]);
    return [...own, ...others.filter((run) => !seen.has(run.id) && seen.add(run.id))];
  }, [evaluations, settings, started, id, earlier, beside, stored]);
}

/** The run beside the one on screen, with every measurement: the parent of a fork. */
function useBesidePoints(): readonly TradeOffRun[] {
  const beside = useLab((s) => s.beside);
  const record = useLibrary(({ runs }) => runs?.find(({ id }) => id === beside?.id));
  return useMemo(() => {
    const started = beside?.run.started;
    if (!beside || !started) return [];
    const { seed, targetParameters: target, space } = started.settings;
    return [
      {
        ...{ id: beside.id, name: record?.name ?? defaultRunName(started.settings), seed, target },
        ...{ current: false, beside: true },
        points: pointsOf(beside.run.evaluations, stageCount(space)),
      },
    ];
  }, [beside, record?.name]);
}

function verdict(points: readonly TradeOffPoint[], target: number): string {
  const best = bestWithin(points, target);
  if (best)
    return `Within ${integer(target)} parameters: ${measuredText(best.accuracy, best.images)}, with ${integer(best.parameters)}.${noiseText(points, best)}`;
  const whole = points.filter((point) => point.whole);
  if (whole.length === 0)
    return 'No whole network yet: the first stages search the first cells only.';
  return `No network within the target of ${integer(target)} yet; the smallest has ${integer(Math.min(...whole.map(({ parameters }) => parameters)))} parameters.`;
}

/** What the best network is no better than, as far as its images can tell. */
function noiseText(points: readonly TradeOffPoint[], best: TradeOffPoint): string {
  const smallest = smallestWithinNoise(points, best);
  return smallest === best
    ? ''
    : ` Not distinguishable from a network of ${integer(smallest.parameters)} parameters, ${measuredText(smallest.accuracy, smallest.images)}.`;
}

function TradeOffLegend({ others, beside }: { others: boolean; beside: boolean }) {
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
            label: 'Beside it',
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

function PointTable({ points }: { points: readonly TradeOffPoint[] }) {
  const front = new Map(frontBeyondNoise(points).map(({ point, certain }) => [point, certain]));
  return (
    <TableScroll label="Accuracy against size, table">
      <table>
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col">Parameters</th>
            <th scope="col">Validation accuracy</th>
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

function RunTable({ runs }: { runs: readonly TradeOffRun[] }) {
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
                      {beside && ' (beside it)'}
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
