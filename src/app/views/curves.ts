/** The live curves as plots: pure functions of parts of a run, each remembering its last result. */
import { copy } from '../copy.ts';
import { measuredText, wilson } from '../../domain/accuracy.ts';
import { granularities } from '../../domain/granularities.ts';
import { memoLast } from '../charts/memo.ts';
import { granularityDash } from '../charts/palette.ts';
import type { PlotBand, PlotData, PlotLine } from '../charts/plot.ts';
import { roundUp } from '../charts/ticks.ts';
import { granularityNames, percent } from '../format.ts';
import { visiblePoints } from '../store/curves.ts';
import type { CurvePoint, Curves } from '../store/curves.ts';
import type { Compaction, Evaluation, RunModel, Snapshot, StageState } from '../store/run-state.ts';
import type { LabState } from '../store/store.ts';

/** Room for the first steps, so that a young run does not jump. */
const shortestAxis = 20;

export function stageBands(stages: readonly StageState[], step: number): PlotBand[] {
  return stages.map(({ index, joint, startStep, endStep }) => ({
    from: startStep,
    to: endStep ?? step,
    label: joint ? 'Joint' : `Stage ${index + 1}`,
  }));
}

/** Bands end where the curves do: at the last report, not at the last event. */
function lastStep(points: readonly CurvePoint[], run: RunModel): number {
  return Math.max(points[points.length - 1]?.step ?? 0, run.outcome ? run.step : 0);
}

const line = (
  points: readonly CurvePoint[],
  key: 'crossEntropy' | 'loss' | 'accuracy' | 'memoryBytes' | 'lambda',
) => points.map((point) => ({ x: point.step, y: point[key] }));

const lossData = memoLast(
  (curves: Curves, stages: readonly StageState[], end: number): PlotData => {
    const points = visiblePoints(curves);
    const all: PlotLine[] = [
      {
        label: 'Loss with regularizers',
        color: 'muted',
        style: 'line',
        light: true,
        points: line(points, 'loss'),
      },
      {
        label: 'Cross-entropy',
        color: 'text',
        style: 'line',
        points: line(points, 'crossEntropy'),
      },
    ];
    // A spike at a stage's start should not flatten the rest: the axis holds all but the highest hundredth.
    const sorted = points.map(({ loss }) => loss).sort((a, b) => a - b);
    return {
      lines: all,
      bands: stageBands(stages, end),
      xMax: Math.max(end, shortestAxis),
      yMin: 0,
      yMax: roundUp((sorted[Math.floor(sorted.length * 0.99)] ?? 2.3) * 1.05),
    };
  },
);

/** A trace of how it adapts: it grows after commits that prune little, and shrinks after ones that prune much. */
const lambdaData = memoLast(
  (curves: Curves, stages: readonly StageState[], end: number): PlotData => {
    const points = line(visiblePoints(curves), 'lambda');
    return {
      lines: [{ label: 'Lambda', color: 'text', style: 'step', points }],
      bands: stageBands(stages, end),
      xMax: Math.max(end, shortestAxis),
      yMin: 0,
      yMax: roundUp(points.reduce((most, { y }) => Math.max(most, y), 0) || 1e-4),
    };
  },
);

const accuracyData = memoLast(
  (
    curves: Curves,
    evaluations: readonly Evaluation[],
    stages: readonly StageState[],
    end: number,
    classes: number,
  ): PlotData => {
    const points = visiblePoints(curves);
    return {
      lines: [
        {
          label: copy.trainingBatches,
          color: 'muted',
          style: 'line',
          light: true,
          points: line(points, 'accuracy'),
        },
        {
          label: copy.validationAccuracy,
          color: 'text',
          style: 'dots',
          points: evaluations.map(({ step, accuracy, images }) => ({
            ...{ x: step, y: accuracy, text: measuredText(accuracy, images) },
            ...wilson({ accuracy, images }),
          })),
        },
      ],
      bands: stageBands(stages, end),
      xMax: Math.max(end, shortestAxis),
      yMin: 0,
      yMax: 1,
      ...(classes > 0 && {
        reference: { y: 1 / classes, label: `Chance level, ${percent(1 / classes)}` },
      }),
    };
  },
);

const ratioData = (
  snapshots: readonly Snapshot[],
  stages: readonly StageState[],
  end: number,
): PlotData => ({
  lines: granularities.map((level) => ({
    label: granularityNames[level].many,
    color: level,
    dash: granularityDash[level],
    style: 'line',
    points: snapshots.map(({ step, counts }) => ({
      x: step,
      y: counts[level].left / Math.max(1, counts[level].total),
    })),
  })),
  bands: stageBands(stages, end),
  xMax: Math.max(end, shortestAxis),
  yMin: 0,
  yMax: 1,
});

const memoryData = memoLast(
  (
    curves: Curves,
    compactions: readonly Compaction[],
    stages: readonly StageState[],
    end: number,
  ): PlotData => {
    // Runs by WebGL of earlier versions hold 0 bytes where nothing was uploaded yet.
    const known = compactions.filter(({ after }) => after > 0);
    const drops = known.flatMap(({ step, before, after }) => [
      { x: step, y: before },
      { x: step, y: after },
    ]);
    // Stable: of one step, the report came before the compaction.
    const points = [...line(visiblePoints(curves), 'memoryBytes'), ...drops].sort(
      (a, b) => a.x - b.x,
    );
    const most = points.reduce((max, { y }) => Math.max(max, y), 0);
    const yUnit = byteUnit(most);
    return {
      lines: [{ label: 'Device memory', color: 'text', style: 'step', points }],
      bands: stageBands(stages, end),
      xMax: Math.max(end, shortestAxis),
      yMin: 0,
      yMax: roundUp(most / yUnit) * yUnit,
      yUnit,
    };
  },
);

/** Of bytes, KiB, MiB or GiB the one that a value is written in. */
const byteUnit = (most: number): number =>
  1024 ** Math.min(3, Math.floor(Math.log2(most > 0 ? Math.max(1, most) : 2 ** 20) / 10));

const end = ({ run }: LabState): number => lastStep(run.curves.points, run);

export const lossPlot = (state: LabState): PlotData =>
  lossData(state.run.curves, state.run.stages, end(state));
export const lambdaPlot = (state: LabState): PlotData =>
  lambdaData(state.run.curves, state.run.stages, end(state));
export const accuracyPlot = (state: LabState): PlotData =>
  accuracyData(
    state.run.curves,
    state.run.evaluations,
    state.run.stages,
    end(state),
    state.run.started?.dataset.classes ?? 10,
  );
export const ratioPlot = createRatioPlot();

export const memoryPlot = (state: LabState): PlotData =>
  memoryData(state.run.curves, state.run.compactions, state.run.stages, end(state));

/** One a chart, where charts show several runs: it remembers the last alone. */
export function createRatioPlot(): (state: LabState) => PlotData {
  const remembered = memoLast(ratioData);
  return (state) => remembered(state.run.snapshots, state.run.stages, end(state));
}
