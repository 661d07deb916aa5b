/** Two runs side by side: their results, and the settings in which they differ. */
import { measuredText } from '../../../domain/accuracy.ts';
import { Panel } from '../../components/Panel.tsx';
import { clock, integer } from '../../format.ts';
import { fieldOf } from '../../../domain/settings/fields.ts';
import { foundBy, useLibrary } from '../../store/library-state.ts';
import type { ArchitectureRecord, RunRecord } from '../../../storage/records.ts';
import { differingSettings } from './differences.ts';
import { latencyWords, sizeFigures } from './figures.ts';

interface Line {
  label: string;
  of: (run: RunRecord) => string;
}

const results: readonly Line[] = [
  { label: 'State', of: ({ status }) => status },
  {
    label: 'Parameters',
    of: ({ summary }) => (summary.parameters ? integer(summary.parameters.active) : '\u2013'),
  },
  { label: 'Target', of: ({ settings }) => integer(settings.targetParameters) },
  {
    label: 'Validation accuracy',
    of: ({ summary }) =>
      summary.accuracy === null ? '\u2013' : measuredText(summary.accuracy, summary.images),
  },
  { label: 'Steps', of: ({ summary }) => integer(summary.step) },
  { label: 'Time', of: ({ summary }) => clock(summary.time) },
  { label: 'Data set', of: ({ dataset }) => dataset.name },
];

export function Compare({
  runs,
  close,
}: {
  runs: readonly [RunRecord, RunRecord];
  close: () => void;
}) {
  const [a, b] = runs;
  const [foundA, foundB] = [useLibrary((s) => foundBy(a, s)), useLibrary((s) => foundBy(b, s))];
  const settings = differingSettings(a.settings, b.settings);
  return (
    <Panel
      title="Comparison"
      note={settings.length === 0 ? 'same settings' : 'and the settings in which they differ'}
      className="area-compare"
      csv="table"
      actions={
        <button type="button" onClick={close}>
          Close
        </button>
      }
    >
      <div className="table-scroll" tabIndex={0} role="group" aria-label="Comparison, scrolls">
        <table>
          <thead>
            <tr>
              <th scope="col">
                <span className="visually-hidden">Figure</span>
              </th>
              <th scope="col">{a.name}</th>
              <th scope="col">{b.name}</th>
            </tr>
          </thead>
          <tbody>
            {results.map(({ label, of }) => (
              <Row key={label} label={label} a={of(a)} b={of(b)} />
            ))}
            {sizes(foundA, foundB).map((size) => (
              <Row key={size.label} {...size} />
            ))}
            {settings.map(({ path, a: one, b: other }) => (
              <Row key={path} label={fieldOf.get(path)?.label ?? path} a={one} b={other} />
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

/** None where neither has an architecture (yet). */
function sizes(
  ...records: readonly [ArchitectureRecord | undefined, ArchitectureRecord | undefined]
): { label: string; a: string; b: string }[] {
  const known = records.find((record) => record !== undefined);
  if (!known) return [];
  const [a, b] = records.map(
    (record) =>
      record && [
        ...sizeFigures(record).map(({ value }) => value),
        record.latency ? latencyWords(record.latency) : 'not measured',
      ],
  );
  const labels = [...sizeFigures(known).map(({ label }) => label), 'Inference latency of an image'];
  return labels.map((label, i) => ({ label, a: a?.[i] ?? '\u2013', b: b?.[i] ?? '\u2013' }));
}

function Row({ label, a, b }: { label: string; a: string; b: string }) {
  return (
    <tr data-same={a === b}>
      <th scope="row">{label}</th>
      <td>{a}</td>
      <td>{b}</td>
    </tr>
  );
}
