/** Accuracy on training batches and on the test set, by step; or the same as a table. */
import { copy } from '../../copy.ts';
import { measuredText } from '../../../domain/accuracy.ts';
import { useState } from 'react';
import type { CsvRows } from '../../charts/csv.ts';
import { Legend, TableToggle } from '../../components/Panel.tsx';
import { accuracy, integer, percent } from '../../format.ts';
import { training, useTraining } from '../../sessions/training.ts';
import { TableScroll } from '../../components/TableScroll.tsx';

const width = 640;
const height = 240;
const margin = { left: 44, right: 12, top: 10, bottom: 26 };

/** Accuracy of batches and of test images, at full precision. */
export function trainingRows(): CsvRows {
  const { steps, evaluations } = training.getState();
  return [
    ['step', 'images', 'accuracy', 'number of images'],
    ...steps.map(({ step, accuracy: share }) => [step, 'training batches', share, '']),
    ...evaluations.map((e) => [e.step, 'test', e.accuracy, e.images]),
  ];
}

export function TrainingCurve() {
  const [asTable, setAsTable] = useState(false);
  const steps = useTraining((s) => s.steps);
  const evaluations = useTraining((s) => s.evaluations);
  const maxSteps = useTraining((s) => s.started?.maxSteps ?? 1);
  if (steps.length === 0)
    return (
      <p className="empty">
        Training curves appear here: accuracy on training batches and on the test set.
      </p>
    );
  const x = (step: number): number =>
    margin.left + (step / maxSteps) * (width - margin.left - margin.right);
  const y = (share: number): number =>
    margin.top + (1 - share) * (height - margin.top - margin.bottom);
  const path = (points: readonly { step: number; accuracy: number }[]): string =>
    points
      .map((p, i) => `${i ? 'L' : 'M'}${x(p.step).toFixed(1)} ${y(p.accuracy).toFixed(1)}`)
      .join('');
  return (
    <>
      <div className="curve-head">
        <Legend
          items={[
            { label: 'Test images', color: 'text', mark: 'dot' },
            { label: copy.trainingBatches, color: 'muted', mark: 'light' },
          ]}
        />
        <TableToggle on={asTable} toggle={() => setAsTable(!asTable)} of="Training curve" />
      </div>
      {asTable ? (
        <TableScroll label="Training curve, table">
          <table>
            <thead>
              <tr>
                <th scope="col">Step</th>
                <th scope="col">Test accuracy</th>
              </tr>
            </thead>
            <tbody>
              {evaluations.toReversed().map((e) => (
                <tr key={e.step}>
                  <th scope="row">{integer(e.step)}</th>
                  <td>{measuredText(e.accuracy, e.images)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      ) : (
        <svg
          className="curve"
          viewBox={`0 0 ${width} ${height}`}
          role="img"
          aria-label={`Accuracy by training step; last ${accuracy(steps.at(-1)!.accuracy)} on training batches. A table is beside the legend.`}
        >
          {[0, 0.25, 0.5, 0.75, 1].map((share) => (
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
          <text
            x={width - margin.right}
            y={height - 6}
            textAnchor="end"
          >{`step ${integer(maxSteps)}`}</text>
          <path d={path(steps)} fill="none" stroke="var(--muted)" strokeOpacity="0.6" />
          <path d={path(evaluations)} fill="none" stroke="var(--text)" strokeWidth="1.5" />
          {evaluations.map((e) => (
            <circle key={e.step} cx={x(e.step)} cy={y(e.accuracy)} r="3" fill="var(--text)" />
          ))}
        </svg>
      )}
    </>
  );
}
