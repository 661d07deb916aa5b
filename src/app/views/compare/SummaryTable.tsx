/** Mean and spread over seeds, by target and method. */
import { methodLabels } from '../../../engine/baselines/results.ts';
import type { Comparison } from '../../../engine/baselines/results.ts';
import { spreadText, summarize } from '../../../engine/baselines/summary.ts';
import { HeadRow, TableScroll } from '../../components/TableScroll.tsx';
import { bytes, duration, integer } from '../../format.ts';

const heads = [
  'Target',
  'Method',
  'Runs',
  'Parameters',
  'Test accuracy, %',
  'Search',
  'Peak memory',
];

export function SummaryTable({ comparison }: { comparison: Comparison }) {
  const points = (share: number): string => (100 * share).toFixed(1);
  if (comparison.runs.length === 0)
    return <p className="empty">One row per method and target, once a run has finished.</p>;
  return (
    <TableScroll label="Results by method and target">
      <table>
        <thead>
          <HeadRow heads={heads} />
        </thead>
        <tbody>
          {summarize(comparison).map((row) => (
            <tr key={`${row.target} ${row.method}`}>
              <td>{integer(row.target)}</td>
              <th scope="row">{methodLabels[row.method]}</th>
              <td>
                {row.reached < row.runs
                  ? `${row.runs} (${row.runs - row.reached} over target)`
                  : row.runs}
              </td>
              <td>{spreadText(row.parameters, (value) => integer(Math.round(value)))}</td>
              <td>{spreadText(row.accuracy, points)}</td>
              <td>
                {row.searchSeconds.mean > 0 ? duration(1000 * row.searchSeconds.mean) : '\u2013'}
              </td>
              <td>{row.peakBytes.mean > 0 ? bytes(row.peakBytes.mean) : '\u2013'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}
