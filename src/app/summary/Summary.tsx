/** A run on one page of paper: what was searched, how, what came of it, and how to repeat it. */
import { copy } from '../copy.ts';
import { accuracyText, intervalText } from '../../domain/accuracy.ts';
import { granularities } from '../../domain/granularities.ts';
import { fieldOf } from '../../domain/settings/fields.ts';
import { changedPaths, nearestPreset } from '../../domain/settings/link.ts';
import { valueAt } from '../../domain/settings/path.ts';
import { bytes, duration, granularityNames, integer, percent, plural } from '../format.ts';
import { useShownRun } from '../sessions/shown-run.ts';
import { dataSetLabel } from '../sessions/dataset-sources.ts';
import { lastSnapshot } from '../store/run-model.ts';
import { shownSettings, shownState, useLab } from '../store/store.ts';
import { NetworkPicture } from '../views/architecture/NetworkPicture.tsx';
import { accuracyPlot, memoryPlot, ratioPlot, lossPlot } from '../views/curves.ts';
import { decimal, roundBytes } from '../format.ts';
import { StaticPlot } from './StaticPlot.tsx';

export default function Summary() {
  const state = useLab(shownState);
  const { name, dataset, seed, recorded } = useShownRun();
  const { run } = state;
  const settings = shownSettings(state);
  const last = run.evaluations.at(-1);
  const snapshot = lastSnapshot(run);
  const preset = nearestPreset(settings);
  const changed = changedPaths(settings, preset);
  const facts: readonly (readonly [string, string])[] = [
    [copy.validationAccuracy, last ? accuracyText(last.accuracy, last.images) : 'not measured'],
    ['Images measured', last ? `${integer(last.images)} (${intervalText(last)})` : '\u2013'],
    ['Parameters', run.parameters ? integer(run.parameters.active) : '\u2013'],
    ['Target', integer(settings.targetParameters)],
    ['Super-net', run.started ? integer(run.started.superNetParameters) : '\u2013'],
    ['Training steps', integer(run.step)],
    ['Time', duration(run.time)],
    ['Peak memory', run.latest ? bytes(run.latest.peakMemoryBytes) : '\u2013'],
  ];
  return (
    <article className="print-summary" aria-label="Summary of the run">
      <header>
        <h1>{name}</h1>
        <p>
          {dataSetLabel(dataset)}, seed {seed}, preset {preset}
          {changed.length > 0 && ` with ${plural(changed.length, 'change')}`};{' '}
          {recorded
            ? `recorded ${recorded.recorded.slice(0, 10)} on ${recorded.adapter}`
            : `searched on ${run.started?.backend ?? 'no device yet'}`}
        </p>
      </header>
      <dl className="summary-facts">
        {facts.map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div className="summary-charts">
        <StaticPlot title={copy.accuracyByStep} data={accuracyPlot(state)} formatY={percent} />
        <StaticPlot
          title="Remaining ratio: operations (line), filters (dashed), weights (dotted)"
          data={ratioPlot(state)}
          formatY={percent}
        />
        <StaticPlot title="Loss, nats per image" data={lossPlot(state)} formatY={decimal} />
        <StaticPlot title="Device memory" data={memoryPlot(state)} formatY={roundBytes} />
      </div>
      {snapshot && (
        <table>
          <thead>
            <tr>
              <th scope="col">Remaining units</th>
              <th scope="col">All</th>
              {snapshot.stages.map(({ stage }) => (
                <th scope="col" key={stage}>
                  Stage {stage + 1}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {granularities.map((level) => (
              <tr key={level}>
                <th scope="row">{granularityNames[level].many}</th>
                <td>{countText(snapshot.counts[level])}</td>
                {snapshot.stages.map(({ stage, counts }) => (
                  <td key={stage}>{countText(counts[level])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <div className="summary-network">
        <NetworkPicture ref={null} />
      </div>
      {changed.length > 0 && (
        <p className="summary-settings">
          <strong>Changed from {preset}:</strong>{' '}
          {changed
            .map(
              (path) =>
                `${fieldOf.get(path)?.label ?? path} ${String(valueAt(settings, path) ?? 0)}`,
            )
            .join('; ')}
        </p>
      )}
      <footer>
        MGAS Lab, engine {run.started?.engineVersion ?? ''}; at step {integer(run.step)}
        {recorded && `; to repeat it: npm run search -- ${recorded.command}`}
      </footer>
    </article>
  );
}

const countText = ({ left, total }: { left: number; total: number }): string =>
  `${percent(left / Math.max(1, total))} (${integer(left)} of ${integer(total)})`;
