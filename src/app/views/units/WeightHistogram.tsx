/** The weights of one candidate operation by magnitude: those left of the threshold are masked. */
import { bars, Frame } from '../../charts/Frame.tsx';
import { ticks } from '../../charts/ticks.ts';
import { compact, decimal, integer, percent } from '../../format.ts';
import { total } from '../../store/cell-units.ts';
import type { WeightUnits } from '../../store/cell-units.ts';
import { wordsOf } from '../../store/state-name.ts';
import { TableScroll } from '../../components/TableScroll.tsx';

export function WeightHistogram({ weights }: { weights: WeightUnits }) {
  const { alive, masked, width, threshold } = weights;
  const counts = alive.map((count, bin) => count + masked[bin]!);
  const most = Math.max(1, ...counts);
  const span = width * counts.length || 1;
  const left = total(alive);
  return (
    <Frame
      className="tall"
      label={`Magnitudes of ${integer(total(counts))} weights, ${integer(left)} of them active; threshold ${decimal(threshold)}`}
      xTitle="|w|"
      xTicks={ticks(0, span, 4).map((value) => ({ at: value / span, label: decimal(value) }))}
      yTicks={ticks(0, most, 3).map((value) => ({ at: value / most, label: compact(value) }))}
      overlay={
        threshold > 0 && (
          <i
            className="threshold-line vertical"
            style={{ left: `${100 * Math.min(1, threshold / span)}%` }}
          >
            <span data-end={threshold / span > 0.7}>threshold {decimal(threshold)}</span>
          </i>
        )
      }
    >
      <path d={bars(counts.map((count) => count / most))} fill="var(--faint)" opacity="0.55" />
      <path d={bars(alive.map((count) => count / most))} fill="var(--weight)" />
    </Frame>
  );
}

export function WeightTable({ weights: { alive, masked, width } }: { weights: WeightUnits }) {
  return (
    <TableScroll label="Weights by magnitude, table">
      <table>
        <thead>
          <tr>
            <th scope="col">|w|</th>
            <th scope="col">Alive</th>
            <th scope="col">Masked</th>
          </tr>
        </thead>
        <tbody>
          {alive.map((count, bin) => (
            <tr key={bin}>
              <th scope="row">
                {decimal(bin * width)} to {decimal((bin + 1) * width)}
              </th>
              <td>{integer(count)}</td>
              <td>{integer(masked[bin]!)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

export function weightSentence({ alive, masked, total: all, last = 0 }: WeightUnits): string {
  const left = total(alive);
  const gone = all - left - total(masked);
  const parts = [
    `${integer(left)} of ${integer(all)} weights remaining, ${percent(left / Math.max(1, all))}`,
  ];
  if (total(masked) > 0) parts.push(`${integer(total(masked))} masked`);
  if (gone > 0)
    parts.push(`${integer(gone)} removed with filters of this or earlier ${wordsOf().parts}`);
  if (last > 0)
    parts.push(`${integer(last)} kept as the last of ${last === 1 ? 'its array' : 'their arrays'}`);
  return `${parts.join('; ')}.`;
}
