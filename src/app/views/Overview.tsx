/** Everything about a search at a glance. */
import { use, useState } from 'react';
import { copy } from '../copy.ts';
import type { CsvRows } from '../charts/csv.ts';
import { Panel, PlotPanel } from '../components/Panel.tsx';
import { accuracyText, intervalText } from '../../domain/accuracy.ts';
import { granularities } from '../../domain/granularities.ts';
import { adapterName } from '../../protocol/adapter.ts';
import { accuracy, decimal, granularityNames, integer, percent, roundBytes } from '../format.ts';
import { useShownRun } from '../sessions/shown-run.ts';
import { lastSnapshot } from '../store/run-model.ts';
import { RunSide, useShown } from '../store/store.ts';
import type { LabState } from '../store/store.ts';
import { accuracyPlot, lambdaPlot, lossPlot, memoryPlot, ratioPlot } from './curves.ts';
import { DeviceFigures } from './DeviceFigures.tsx';
import { RemainingTable } from './RemainingTable.tsx';
import { SizePanel } from './SizePanel.tsx';
import { Ticker } from './Ticker.tsx';

const marks = { operation: 'line', filter: 'dash', weight: 'dots' } as const;
export const granularityLegend = granularities.map((level) => ({
  label: granularityNames[level].many,
  color: level,
  mark: marks[level],
}));

/** Units left and in all, of all stages and of each. */
function remainingRows({ run }: LabState): CsvRows {
  const snapshot = lastSnapshot(run);
  const parts = snapshot
    ? [
        { stage: 'all', counts: snapshot.counts },
        ...snapshot.stages.map(({ stage, counts }) => ({ stage: stage + 1, counts })),
      ]
    : [];
  return [
    ['stage', 'level', 'left', 'total'],
    ...parts.flatMap(({ stage, counts }) =>
      granularities.map((level) => [stage, level, counts[level].left, counts[level].total]),
    ),
  ];
}

export function Overview() {
  const side = use(RunSide);
  return (
    <div className="view overview">
      <PlotPanel
        title="Accuracy"
        label={copy.accuracyByStep}
        className="area-accuracy"
        note="by training step; bars: 95% interval"
        select={accuracyPlot}
        formatY={accuracy}
        formatTick={percent}
        legend={[
          { label: 'Validation', color: 'text', mark: 'dot' },
          { label: copy.trainingBatches, color: 'muted', mark: 'light' },
        ]}
      >
        <LatestAccuracy />
      </PlotPanel>
      <LossPanel />
      <PlotPanel
        title="Remaining ratio"
        label={copy.ratioByStep}
        className="area-ratio"
        note="of all units, by training step"
        select={ratioPlot}
        formatY={percent}
        legend={granularityLegend}
      />
      <MemoryPanel />
      <Panel
        title="Remaining units by stage"
        className="area-remaining"
        csv={() => remainingRows(side())}
      >
        <RemainingTable />
      </Panel>
      <div className="area-size">
        <SizePanel />
      </div>
      <Ticker />
    </div>
  );
}

const lossCharts = {
  loss: {
    title: 'Loss',
    label: 'Loss by training step',
    note: 'nats per image, by training step',
    select: lossPlot,
    legend: [
      { label: 'Cross-entropy', color: 'text', mark: 'line' },
      { label: 'With regularizers', color: 'muted', mark: 'light' },
    ],
  },
  lambda: {
    title: 'Lambda',
    label: 'Lambda by training step',
    note: 'weight of both regularizers, by training step',
    select: lambdaPlot,
    legend: [{ label: 'Lambda, adapted after each commit', color: 'text', mark: 'line' }],
  },
} as const;

function LossPanel() {
  const [shown, setShown] = useState<keyof typeof lossCharts>('loss');
  return (
    <PlotPanel {...lossCharts[shown]} className="area-loss" formatY={decimal}>
      <div className="chips compact" role="group" aria-label="Curve">
        {(Object.keys(lossCharts) as (keyof typeof lossCharts)[]).map((name) => (
          <label key={name} className="chip">
            <input
              type="radio"
              name="loss-curve"
              checked={shown === name}
              onChange={() => setShown(name)}
            />
            <span>{lossCharts[name].title}</span>
          </label>
        ))}
      </div>
    </PlotPanel>
  );
}

function LatestAccuracy() {
  const last = useShown(({ run }) => run.evaluations.at(-1) ?? null);
  return (
    <p className="latest">
      {last ? (
        <>
          {copy.validationAccuracy} <strong>{accuracyText(last.accuracy, last.images)}</strong> (n ={' '}
          {integer(last.images)}, {intervalText(last)})
        </>
      ) : (
        'Validation accuracy: not measured yet'
      )}
    </p>
  );
}

function MemoryPanel() {
  const backend = useShown(({ run, backend: chosen }) => run.started?.backend ?? chosen);
  const { live, recorded } = useShownRun();
  // Of a run that was, only a recording says what it ran on: it need not have been this adapter.
  const adapter = useShown(({ probe }) => (live ? (probe?.webgpu ?? null) : null));
  const name =
    backend !== 'webgpu'
      ? backend === 'webgl'
        ? 'WebGL'
        : 'the CPU'
      : adapter
        ? adapterName(adapter)
        : (recorded?.adapter ?? 'WebGPU');
  return (
    <PlotPanel
      title="Device"
      label="Device memory by training step"
      className="area-memory"
      note={name}
      select={memoryPlot}
      formatY={roundBytes}
      legend={[{ label: 'Memory; it drops where a commit compacts', color: 'text', mark: 'line' }]}
    >
      <DeviceFigures />
    </PlotPanel>
  );
}
