/** Every run as a point, accuracy against active parameters, with the Pareto front of each method. */
import { useState } from 'react';
import { measuredText, wilson } from '../../../domain/accuracy.ts';
import type { Interval } from '../../../domain/accuracy.ts';
import { methodLabels } from '../../../engine/baselines/results.ts';
import type { Comparison, MethodName, RunResult } from '../../../engine/baselines/results.ts';
import { paretoFront } from '../../../engine/baselines/summary.ts';
import { ticks } from '../../charts/ticks.ts';
import { compact, integer, percent } from '../../format.ts';
import { MethodMark, methodMarks } from './marks.tsx';
import { testImagesOf } from './test-images.ts';

const width = 760;
const height = 380;
/** Room for labels of twice the size, as a phone has them. */
const margin = { left: 66, right: 24, top: 14, bottom: 56 };

export function MethodScatter({ comparison }: { comparison: Comparison }) {
  const { methods, targets, runs } = comparison;
  const images = testImagesOf(comparison);
  const [hidden, setHidden] = useState<readonly MethodName[]>([]);
  const [read, setRead] = useState<RunResult | null>(null);
  if (runs.length === 0) return <p className="empty">No run is finished yet.</p>;
  const sizes = [...runs.map(({ parameters }) => parameters.active), ...targets];
  const bars = runs.map((run) => barOf(run, images));
  const [xMax, yMin] = [
    Math.max(...sizes) * 1.06,
    Math.max(0, Math.min(...bars.map(({ low }) => low)) - 0.03),
  ];
  const yMax = Math.min(1, Math.max(...bars.map(({ high }) => high)) + 0.03);
  const x = (size: number): number =>
    margin.left + (size / xMax) * (width - margin.left - margin.right);
  const y = (share: number): number =>
    margin.top + (1 - (share - yMin) / (yMax - yMin)) * (height - margin.top - margin.bottom);
  const shown = methods.filter((method) => !hidden.includes(method));
  return (
    <div className="scatter">
      <ul className="legend methods">
        {methods.map((method) => (
          <li key={method}>
            <label>
              <input
                type="checkbox"
                checked={shown.includes(method)}
                onChange={(event) =>
                  setHidden(
                    event.target.checked
                      ? hidden.filter((one) => one !== method)
                      : [...hidden, method],
                  )
                }
              />
              <svg width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true">
                <MethodMark method={method} x={0} y={0} />
              </svg>
              {methodLabels[method]}
            </label>
          </li>
        ))}
      </ul>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="group"
        aria-label="Accuracy against active parameters, one point per run. A table is beside the title."
      >
        {ticks(yMin, yMax, 6).map((share) => (
          <g key={share}>
            <line
              x1={margin.left}
              x2={width - margin.right}
              y1={y(share)}
              y2={y(share)}
              stroke="var(--line)"
            />
            <text x={margin.left - 6} y={y(share) + 4} textAnchor="end">
              {percent(share)}
            </text>
          </g>
        ))}
        {ticks(0, xMax, 6).map((size) => (
          <text key={size} x={x(size)} y={height - margin.bottom + 22} textAnchor="middle">
            {compact(size)}
          </text>
        ))}
        <text x={(margin.left + width) / 2} y={height - 8} textAnchor="middle">
          active parameters
        </text>
        {targets.map((target) => (
          <line
            key={target}
            x1={x(target)}
            x2={x(target)}
            y1={margin.top}
            y2={height - margin.bottom}
            stroke="var(--faint)"
            strokeDasharray="3 4"
          >
            <title>{`target ${integer(target)}`}</title>
          </line>
        ))}
        {shown.map((method) => (
          <path
            key={method}
            d={stairs(paretoFront(runs.filter((run) => run.method === method)), x, y)}
            fill="none"
            stroke={`var(--${methodMarks[method].color})`}
            strokeWidth={method === 'mgas' ? 2 : 1}
            strokeDasharray={methodMarks[method].hollow ? '5 3' : undefined}
          />
        ))}
        {runs
          .filter(({ method }) => shown.includes(method))
          .map((run) => (
            <g
              key={`${run.method} ${run.target} ${run.seed}`}
              tabIndex={0}
              role="img"
              aria-label={pointText(run, images)}
              onPointerEnter={() => setRead(run)}
              onPointerLeave={() => setRead(null)}
              onFocus={() => setRead(run)}
              onBlur={() => setRead(null)}
            >
              <ErrorBar x={x(run.parameters.active)} bar={barOf(run, images)} y={y} />
              <MethodMark
                method={run.method}
                x={x(run.parameters.active)}
                y={y(run.testAccuracy)}
              />
            </g>
          ))}
      </svg>
      <p className="note">
        {read
          ? pointText(read, images)
          : 'Lines: the Pareto front of each method. Dotted: the targets. Bars: 95% intervals over the test images; points whose bars overlap may differ by chance. Hover over a mark, or move to it with Tab, to read its values.'}
      </p>
    </div>
  );
}

const pointText = (
  { method, target, seed, parameters, testAccuracy }: RunResult,
  images: number | null,
): string =>
  `${methodLabels[method]}, target ${integer(target)}, seed ${seed}: test accuracy ${measuredText(testAccuracy, images)} with ${integer(parameters.active)} parameters`;

/** Of no length where it is not known on how many images the run was tested. */
const barOf = ({ testAccuracy: accuracy }: RunResult, images: number | null): Interval =>
  images === null ? { low: accuracy, high: accuracy } : wilson({ accuracy, images });

function ErrorBar({ x, bar, y }: { x: number; bar: Interval; y: (share: number) => number }) {
  return (
    <line x1={x} x2={x} y1={y(bar.low)} y2={y(bar.high)} stroke="var(--text)" strokeOpacity="0.3" />
  );
}

function stairs(
  front: readonly RunResult[],
  x: (size: number) => number,
  y: (share: number) => number,
): string {
  return front
    .map(({ parameters, testAccuracy }, i) =>
      i === 0
        ? `M${x(parameters.active)} ${y(testAccuracy)}`
        : `H${x(parameters.active)}V${y(testAccuracy)}`,
    )
    .join('');
}
