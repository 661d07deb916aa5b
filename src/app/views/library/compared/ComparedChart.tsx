/** Any number of runs on one chart: chosen by metric and axis, smoothed, each named and hidden at will. */
import { useId, useMemo, useState } from 'react';
import type { ColorName } from '../../../charts/palette.ts';
import type { PlotData } from '../../../charts/plot.ts';
import { roundUp } from '../../../charts/ticks.ts';
import { PlotPanel } from '../../../components/Panel.tsx';
import { percent } from '../../../format.ts';
import { renameRun } from '../../../store/library.ts';
import type { ComparedRun } from './compared-runs.ts';
import { axes, comparedPoints, metrics } from './metrics.ts';
import type { Axis, Metric } from './metrics.ts';

const colors: readonly ColorName[] = ['operation', 'filter', 'weight', 'regrown', 'text'];
const dashes: readonly (readonly number[])[] = [[], [7, 3], [2, 3], [10, 3, 2, 3]];

/** Fifteen and more runs are told apart by colour and dash together. */
const lineOf = (index: number): { color: ColorName; dash: readonly number[] } => ({
  color: colors[index % colors.length]!,
  dash: dashes[Math.floor(index / colors.length) % dashes.length]!,
});

export function ComparedChart({ runs }: { runs: readonly ComparedRun[] }) {
  const [metric, setMetric] = useState<Metric>('validation');
  const [axis, setAxis] = useState<Axis>('step');
  const [smoothing, setSmoothing] = useState(0);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const { label, format, share } = metrics[metric];
  const data = useMemo((): PlotData => {
    const lines = runs.map(({ id, name, events }, i) => ({
      ...{ label: name, ...lineOf(i), style: 'line' as const },
      points: hidden.has(id) ? [] : comparedPoints(events, metric, axis, smoothing),
    }));
    const all = lines.flatMap(({ points }) => points);
    return {
      lines: lines.filter(({ points }) => points.length > 0),
      bands: [],
      xMax: Math.max(1, ...all.map(({ x }) => x)),
      yMin: 0,
      yMax: share ? 1 : roundUp(Math.max(1e-9, ...all.map(({ y }) => y))),
    };
  }, [runs, hidden, metric, axis, smoothing, share]);
  const select = useMemo(() => () => data, [data]);
  const toggle = (id: string): void => {
    const next = new Set(hidden);
    if (!next.delete(id)) next.add(id);
    setHidden(next);
  };
  return (
    <PlotPanel
      title="Runs on one chart"
      label={`${label} of ${runs.length} runs by ${axes[axis].label}`}
      note={`${label}, by ${axes[axis].label}`}
      className="area-compared"
      select={select}
      formatY={format}
      formatTick={share ? percent : format}
      xUnit={axes[axis].unit}
      legend={[]}
    >
      <div className="compared-choices">
        <Choice label="Show" value={metric} choose={setMetric} options={metrics} />
        <Choice label="Align by" value={axis} choose={setAxis} options={axes} />
        <Smoothing value={smoothing} change={setSmoothing} />
      </div>
      <ul className="compared-runs" aria-label="Runs of the chart">
        {runs.map((run, i) => (
          <RunLine
            key={run.id}
            run={run}
            index={i}
            shown={!hidden.has(run.id)}
            toggle={() => toggle(run.id)}
          />
        ))}
      </ul>
    </PlotPanel>
  );
}

function Choice<K extends string>({
  label,
  value,
  choose,
  options,
}: {
  label: string;
  value: K;
  choose: (value: K) => void;
  options: Readonly<Record<K, { label: string }>>;
}) {
  return (
    <label>
      <span>{label}</span>
      <select value={value} onChange={(event) => choose(event.target.value as K)}>
        {(Object.keys(options) as K[]).map((key) => (
          <option key={key} value={key}>
            {options[key].label}
          </option>
        ))}
      </select>
    </label>
  );
}

function Smoothing({ value, change }: { value: number; change: (value: number) => void }) {
  const id = useId();
  return (
    <span className="smoothing">
      <label htmlFor={id}>Smoothing</label>
      <input
        id={id}
        type="range"
        min={0}
        max={0.99}
        step={0.01}
        value={value}
        onChange={(event) => change(Number(event.target.value))}
      />
      <output htmlFor={id}>{value.toFixed(2)}</output>
    </span>
  );
}

/** Its line, whether it is drawn, and its name: of a stored run it can be changed. */
function RunLine({
  run: { id, name, recorded },
  index,
  shown,
  toggle,
}: {
  run: ComparedRun;
  index: number;
  shown: boolean;
  toggle: () => void;
}) {
  const { color, dash } = lineOf(index);
  const rename = (text: string): void => {
    if (text.trim() && text.trim() !== name) void renameRun(id, text.trim());
  };
  return (
    <li>
      <label title={shown ? 'Hide it' : 'Show it'}>
        <input type="checkbox" checked={shown} onChange={toggle} aria-label={`Show ${name}`} />
        <svg width="26" height="8" aria-hidden="true" style={{ color: `var(--${color})` }}>
          <line
            x2="26"
            y1="4"
            y2="4"
            stroke="currentColor"
            strokeWidth="2.5"
            strokeDasharray={dash.join(' ')}
          />
        </svg>
      </label>
      {recorded ? (
        <span>{name}, recorded</span>
      ) : (
        <input
          key={name}
          type="text"
          className="compared-name"
          aria-label={`Name of ${name}`}
          defaultValue={name}
          maxLength={120}
          onBlur={(event) => rename(event.target.value)}
          onKeyDown={(event) => event.key === 'Enter' && rename(event.currentTarget.value)}
        />
      )}
    </li>
  );
}
