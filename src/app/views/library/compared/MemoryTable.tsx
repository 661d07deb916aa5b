/** Device memory stage by stage, against a search of the whole super-net in one stage. */
import { Panel } from '../../../components/Panel.tsx';
import { TableScroll } from '../../../components/TableScroll.tsx';
import { bytes, percent } from '../../../format.ts';
import { viewHref } from '../../../router.ts';
import { changeSettings } from '../../../sessions/search.ts';
import { activeStates } from '../../../sessions/search-client.ts';
import { useLab } from '../../../store/store.ts';
import type { ComparedRun } from './compared-runs.ts';
import { memoryByStage } from './metrics.ts';
import { settingRows } from '../differences.ts';
import type { SearchSettings } from '../../../../domain/settings/schema.ts';
import { spaceOf, stageCount } from '../../../../domain/spaces/registry.ts';

/** The run with the same settings but one stage, if it is among them. */
const inOneStage = (settings: SearchSettings): SearchSettings => ({
  ...settings,
  space: spaceOf(settings.space).inOneStage(settings.space),
});

export const oneStageOf = (
  run: ComparedRun,
  runs: readonly ComparedRun[],
): ComparedRun | undefined =>
  stageCount(run.settings.space) === 1
    ? run
    : runs.find(
        ({ settings, dataset }) =>
          dataset === run.dataset &&
          stageCount(settings.space) === 1 &&
          settingRows([settings, inOneStage(run.settings)]).differ.length === 0,
      );

export function MemoryTable({ runs }: { runs: readonly ComparedRun[] }) {
  const columns = runs.map((run) => ({
    run,
    stages: memoryByStage(run.events),
    one: oneStageOf(run, runs),
  }));
  const most = Math.max(0, ...columns.map(({ run }) => stageCount(run.settings.space)));
  const missing = columns.filter(({ one }) => !one).map(({ run }) => run);
  return (
    <Panel
      title="Memory by stage"
      note="peak device memory in each stage"
      className="area-memory-table"
      csv="table"
    >
      <TableScroll label="Memory by stage, table">
        <table>
          <thead>
            <tr>
              <th scope="col">Stage</th>
              {runs.map(({ id, name }) => (
                <th scope="col" key={id}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {Array.from({ length: most }, (_, stage) => (
              <tr key={stage}>
                <th scope="row">Stage {stage + 1}</th>
                {columns.map(({ run, stages }) => (
                  <td key={run.id}>
                    {stage < stageCount(run.settings.space) ? shown(stages[stage]) : '\u2013'}
                  </td>
                ))}
              </tr>
            ))}
            <tr>
              <th scope="row">Joint stage</th>
              {columns.map(({ run, stages }) => (
                <td key={run.id}>{shown(stages[stageCount(run.settings.space)])}</td>
              ))}
            </tr>
            <tr>
              <th scope="row">Peak</th>
              {columns.map(({ run, stages }) => (
                <td key={run.id}>
                  <strong>{shown(Math.max(0, ...stages))}</strong>
                </td>
              ))}
            </tr>
            <tr>
              <th scope="row">Against one stage</th>
              {columns.map(({ run, stages, one }) => (
                <td key={run.id}>{againstOne(stages, run, one)}</td>
              ))}
            </tr>
          </tbody>
        </table>
      </TableScroll>
      {missing.length > 0 && <MeasureOne run={missing[0]!} />}
    </Panel>
  );
}

const shown = (value: number | undefined): string =>
  value === undefined || value === 0 ? '\u2013' : bytes(value);

function againstOne(
  stages: readonly number[],
  run: ComparedRun,
  one: ComparedRun | undefined,
): string {
  if (!one) return 'not measured';
  if (one === run) return 'is the one-stage run';
  const whole = Math.max(0, ...memoryByStage(one.events));
  const own = Math.max(0, ...stages);
  return whole > 0 ? `${percent(own / whole)} of ${bytes(whole)}` : '\u2013';
}

/** One stage is not estimated: it is searched, and chosen here beside the others. */
function MeasureOne({ run }: { run: ComparedRun }) {
  const busy = useLab((s) => activeStates.includes(s.state));
  return (
    <p className="note">
      To compare with one stage, run a search with the same settings and 1 stage, and choose it here
      too.{' '}
      <button
        type="button"
        disabled={busy}
        onClick={() => {
          changeSettings(inOneStage(run.settings));
          location.hash = viewHref('overview', null);
        }}
      >
        Use the settings of {run.name} with 1 stage
      </button>
    </p>
  );
}
