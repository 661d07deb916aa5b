/** Accuracy against parameters over the search, with the target, other runs, and the Pareto front of all. */
import { copy } from '../../copy.ts';
import { measuredText } from '../../../domain/accuracy.ts';
import { stageCount } from '../../../domain/spaces/registry.ts';
import { useMemo, useState } from 'react';
import type { CsvRows } from '../../charts/csv.ts';
import { Panel, TableToggle } from '../../components/Panel.tsx';
import { integer } from '../../format.ts';
import { wordsOf } from '../../store/state-name.ts';
import { defaultRunName } from '../../../storage/run-name.ts';
import { useBeside } from '../../store/beside.ts';
import { useLibrary } from '../../store/library-state.ts';
import { shownSettings, useLab, useShown } from '../../store/store.ts';
import { bestWithin, pointsOf, smallestWithinNoise, tradeOffRunOf } from './points.ts';
import type { TradeOffPoint, TradeOffRun } from './points.ts';
import { useRecordedRuns, useStoredRuns } from './stored.ts';
import { TradeOffPlot } from './TradeOffPlot.tsx';
import { PointTable, RunTable, TradeOffLegend } from './TradeOffTables.tsx';

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
        title={copy.accuracyAgainstSize}
        note="validation accuracy by active parameters; bars: 95% interval"
        className="area-scatter"
        csv={measured ? () => pointRows(runs) : undefined}
        actions={
          <TableToggle
            on={asTable}
            toggle={() => setAsTable(!asTable)}
            of={copy.accuracyAgainstSize}
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
                : 'Earlier and recorded runs. Your own search is added from its first measurement.'}
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
    return `No whole network yet: the first stages search the first ${wordsOf().parts} only.`;
  return `No network within the target of ${integer(target)} yet; the smallest has ${integer(Math.min(...whole.map(({ parameters }) => parameters)))} parameters.`;
}

/** What the best network is no better than, as far as its images can tell. */
function noiseText(points: readonly TradeOffPoint[], best: TradeOffPoint): string {
  const smallest = smallestWithinNoise(points, best);
  return smallest === best
    ? ''
    : ` Not distinguishable from a network of ${integer(smallest.parameters)} parameters, ${measuredText(smallest.accuracy, smallest.images)}.`;
}
