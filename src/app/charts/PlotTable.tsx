/** A line chart's numbers as a table: as many rows as can be read, spread over the run. */
import { use, useEffect, useState } from 'react';
import { copy } from '../copy.ts';
import { integer } from '../format.ts';
import { RunSide } from '../store/store.ts';
import { pointAt } from './plot.ts';
import type { PlotData } from './plot.ts';
import type { PlotProps } from './Plot.tsx';
import { TableScroll } from '../components/TableScroll.tsx';

const rows = 40;

export function PlotTable({ label, select, formatY, xUnit = 'step' }: PlotProps) {
  const data = useSlowly(select);
  const steps = sampleSteps(data);
  if (steps.length === 0) return <p className="empty">{copy.noValuesYet}</p>;
  return (
    <TableScroll label={`${label}, table`}>
      <table>
        <caption className="visually-hidden">{label}</caption>
        <thead>
          <tr>
            <th scope="col">{xUnit}</th>
            {data.lines.map((line) => (
              <th scope="col" key={line.label}>
                {line.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {steps.map((step) => (
            <tr key={step}>
              <th scope="row">{integer(step)}</th>
              {data.lines.map((line) => {
                const point = pointAt(line, step);
                return (
                  <td key={line.label}>{point ? (point.text ?? formatY(point.y)) : '\u2013'}</td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

/** Newest first. */
function sampleSteps({ lines }: PlotData): number[] {
  const all = [...new Set(lines.flatMap(({ points }) => points.map(({ x }) => x)))].sort(
    (a, b) => b - a,
  );
  const stride = Math.max(1, Math.ceil(all.length / rows));
  return all.filter((_, i) => i % stride === 0);
}

/** Once a second: nobody reads a table faster. */
function useSlowly(select: PlotProps['select']): PlotData {
  const side = use(RunSide);
  const [data, setData] = useState(() => select(side()));
  useEffect(() => {
    const timer = setInterval(() => setData(select(side())), 1_000);
    return () => clearInterval(timer);
  }, [select, side]);
  return data;
}
