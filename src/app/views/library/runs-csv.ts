/** Runs as CSV: their series in one file, and the list of runs with a row each. */
import { seriesCsv, searchPoints } from '../../../domain/events/series.ts';
import { fieldGroups } from '../../../domain/settings/fields.ts';
import { valueAt } from '../../../domain/settings/path.ts';
import type { RunRecord } from '../../../storage/records.ts';
import { csvText } from '../../charts/csv.ts';
import type { CsvRows } from '../../charts/csv.ts';
import { saveBlob } from '../../download.ts';
import { isRecorded, loadRecording } from '../../recorded/recordings.ts';
import { loadRun } from '../../store/library.ts';
import { library } from '../../store/library-state.ts';

/** Tidy data: a row a number, as `seriesCsv` has them, with the run before it. */
export function seriesOfRuns(
  runs: readonly { id: string; name: string; events: Parameters<typeof searchPoints>[0][] }[],
): string {
  const rows = runs.flatMap(({ id, name, events }) =>
    seriesCsv(events, searchPoints)
      .split('\r\n')
      .slice(1, -1)
      .map((row) => csvText([[name, id]]).trimEnd() + `,${row}\r\n`),
  );
  return ['run,id,step,seconds,series,value\r\n', ...rows].join('');
}

export async function saveRunsCsv(ids: readonly string[]): Promise<void> {
  try {
    const runs = await Promise.all(
      ids.map((id) => (isRecorded(id) ? loadRecording(id) : loadRun(id))),
    );
    const known = runs.filter((run) => run !== null);
    if (known.length < ids.length) throw new Error('A run is no longer in the library.');
    saveBlob(
      new Blob([seriesOfRuns(known)], { type: 'text/csv' }),
      known.length === 1 ? `mgas-run-${known[0]!.id}.csv` : `mgas-${known.length}-runs.csv`,
    );
  } catch (error) {
    library.setState({
      message: {
        kind: 'error',
        text: `The CSV could not be saved. ${error instanceof Error ? error.message : String(error)}`,
      },
    });
  }
}

const settings = fieldGroups.flatMap(({ fields }) => fields.map(({ path }) => path));

/** One row a run: its results, then every setting. */
export const runRows = (runs: readonly RunRecord[]): CsvRows => [
  [
    ...['run', 'id', 'data set', 'state', 'created', 'steps', 'seconds'],
    ...['parameters', 'validation accuracy', 'validation images', ...settings],
  ],
  ...runs.map(({ id, name, dataset, status, created, summary, settings: own }) => [
    ...[name, id, dataset.name, status, new Date(created).toISOString()],
    ...[summary.step, summary.time / 1000, summary.parameters?.active ?? ''],
    ...[summary.accuracy ?? '', summary.images ?? ''],
    ...settings.map((path) => cellOf(valueAt(own, path))),
  ]),
];

const cellOf = (value: unknown): string | number =>
  typeof value === 'number' ? value : Array.isArray(value) ? value.join(' ') : String(value ?? '');
