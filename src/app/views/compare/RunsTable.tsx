/** Every run of a comparison. */
import { measuredText } from '../../../domain/accuracy.ts';
import { sameRun } from '../../../engine/baselines/plan.ts';
import { methodLabels } from '../../../engine/baselines/results.ts';
import type { Comparison } from '../../../engine/baselines/results.ts';
import { paretoFront } from '../../../engine/baselines/summary.ts';
import { integer, percent } from '../../format.ts';
import { testImagesOf } from './test-images.ts';
import { RunExports, useFoundRuns } from './RunExports.tsx';
import { HeadRow, TableScroll } from '../../components/TableScroll.tsx';

/** @param id of a stored comparison, whose architectures can be saved; null = it is a file's. */
export function RunsTable({ comparison, id }: { comparison: Comparison; id: string | null }) {
  const { methods, runs } = comparison;
  const images = testImagesOf(comparison);
  const front = new Set(
    methods.flatMap((method) => paretoFront(runs.filter((run) => run.method === method))),
  );
  const heads = [
    'Method',
    'Target',
    'Seed',
    'Parameters',
    'Test accuracy',
    'Operations remaining',
    'Filters remaining',
    'Weights remaining',
    'On the Pareto front',
  ];
  const kept = useFoundRuns(id, runs.length);
  if (kept.length > 0) heads.push('Architecture');
  return (
    <TableScroll label="Runs, table">
      <table>
        <thead>
          <HeadRow heads={heads} />
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={`${run.method} ${run.target} ${run.seed}`}>
              <th scope="row">{methodLabels[run.method]}</th>
              <td>{integer(run.target)}</td>
              <td>{run.seed}</td>
              <td>{integer(run.parameters.active)}</td>
              <td>{measuredText(run.testAccuracy, images)}</td>
              <td>{percent(run.remaining.operation)}</td>
              <td>{percent(run.remaining.filter)}</td>
              <td>{percent(run.remaining.weight)}</td>
              <td>{front.has(run) ? 'yes' : ''}</td>
              {id !== null && kept.length > 0 && (
                <td>{kept.some((one) => sameRun(one, run)) && <RunExports id={id} run={run} />}</td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}
