/** Runs side by side, any number of them: on one chart, by their results, their settings and their memory. */
import { copy } from '../../copy.ts';
import { measuredText } from '../../../domain/accuracy.ts';
import { fieldOf } from '../../../domain/settings/fields.ts';
import type { ArchitectureRecord } from '../../../storage/records.ts';
import { Panel } from '../../components/Panel.tsx';
import { TableScroll } from '../../components/TableScroll.tsx';
import { clock, integer, plural } from '../../format.ts';
import { foundBy, useLibrary } from '../../store/library-state.ts';
import { ComparedChart } from './compared/ComparedChart.tsx';
import { useComparedRuns } from './compared/compared-runs.ts';
import type { ComparedRun } from './compared/compared-runs.ts';
import { MemoryTable } from './compared/MemoryTable.tsx';
import { settingRows } from './differences.ts';
import type { SettingRow } from './differences.ts';
import { latencyWords, sizeFigures } from './figures.ts';
import './compared/compared.css';

interface Line {
  label: string;
  of: (run: ComparedRun) => string;
}

type EventOf<T extends ComparedRun['events'][number]['type']> = Extract<
  ComparedRun['events'][number],
  { type: T }
>;

const last = <T extends ComparedRun['events'][number]['type']>(
  { events }: ComparedRun,
  type: T,
): EventOf<T> | undefined => events.findLast((event): event is EventOf<T> => event.type === type);

const states = { finished: 'finished', stopped: 'stopped', failed: 'failed' } as const;

const results: readonly Line[] = [
  {
    label: 'State',
    of: ({ events }) => states[events.at(-1)?.type as keyof typeof states] ?? 'not finished',
  },
  {
    label: 'Parameters',
    of: (run) => {
      const { parameters } = last(run, 'finished') ?? last(run, 'ratios') ?? {};
      return parameters ? integer(parameters.active) : '\u2013';
    },
  },
  { label: 'Target', of: ({ settings }) => integer(settings.targetParameters) },
  {
    label: copy.validationAccuracy,
    of: (run) => {
      const measured = last(run, 'evaluated');
      return measured ? measuredText(measured.accuracy, measured.images) : '\u2013';
    },
  },
  { label: 'Steps', of: ({ events }) => integer(events.at(-1)?.step ?? 0) },
  { label: 'Time', of: ({ events }) => clock(events.at(-1)?.time ?? 0) },
  { label: 'Data set', of: ({ dataset }) => dataset },
];

export function Compare({ ids, close }: { ids: readonly string[]; close: () => void }) {
  const { runs, loading, failed } = useComparedRuns(ids);
  const found = useLibrary((s) => s.architectures);
  const architectures = runs.map((run) => foundBy(run, { architectures: found }));
  const { differ, same } = settingRows(runs.map(({ settings }) => settings));
  if (failed !== null)
    return (
      <p className="callout" data-kind="error" role="alert">
        The runs could not be read: {failed}
      </p>
    );
  if (runs.length < 2)
    return (
      <p className="callout" role="status">
        {loading ? 'Reading the runs.' : 'Choose two or more runs that have begun.'}
      </p>
    );
  return (
    <div className="compared" aria-busy={loading}>
      <ComparedChart runs={runs} />
      <Panel
        title="Comparison"
        note={differ.length === 0 ? 'same settings' : 'and the settings in which they differ'}
        className="area-compare"
        csv="table"
        actions={
          <button type="button" onClick={close}>
            Close
          </button>
        }
      >
        <TableScroll label="Comparison, table">
          <table>
            <thead>
              <tr>
                <th scope="col">
                  <span className="visually-hidden">Figure</span>
                </th>
                {runs.map(({ id, name }) => (
                  <th scope="col" key={id}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {results.map(({ label, of }) => (
                <Row key={label} label={label} values={runs.map(of)} />
              ))}
              {sizes(architectures).map((size) => (
                <Row key={size.label} {...size} />
              ))}
              {differ.map((row) => (
                <Row key={row.path} label={labelOf(row)} values={row.values} />
              ))}
            </tbody>
          </table>
          {same.length > 0 && (
            <details className="same-settings">
              <summary>{plural(same.length, 'setting')} that are the same</summary>
              <dl>
                {same.map((row) => (
                  <div key={row.path}>
                    <dt>{labelOf(row)}</dt>
                    <dd>{row.values[0]}</dd>
                  </div>
                ))}
              </dl>
            </details>
          )}
        </TableScroll>
      </Panel>
      <MemoryTable runs={runs} />
    </div>
  );
}

const labelOf = ({ path }: SettingRow): string => fieldOf.get(path)?.label ?? path;

/** None where no run has an architecture (yet). */
function sizes(
  records: readonly (ArchitectureRecord | undefined)[],
): { label: string; values: string[] }[] {
  const known = records.find((record) => record !== undefined);
  if (!known) return [];
  const columns = records.map(
    (record) =>
      record && [
        ...sizeFigures(record).map(({ value }) => value),
        record.latency ? latencyWords(record.latency) : 'not measured',
      ],
  );
  const labels = [...sizeFigures(known).map(({ label }) => label), 'Inference latency per image'];
  return labels.map((label, i) => ({
    label,
    values: columns.map((column) => column?.[i] ?? '\u2013'),
  }));
}

function Row({ label, values }: { label: string; values: readonly string[] }) {
  return (
    <tr data-same={new Set(values).size === 1}>
      <th scope="row">{label}</th>
      {values.map((value, i) => (
        <td key={i}>{value}</td>
      ))}
    </tr>
  );
}
