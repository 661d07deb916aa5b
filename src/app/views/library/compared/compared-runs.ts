/** The runs that were chosen to be compared, with their events: stored ones, and recordings. */
import { useEffect, useState } from 'react';
import type { SearchEvent } from '../../../../domain/events/events.ts';
import type { SearchSettings } from '../../../../domain/settings/schema.ts';
import { isRecorded, loadRecording } from '../../../recorded/recordings.ts';
import { loadRun } from '../../../store/library.ts';
import { useLibrary } from '../../../store/library-state.ts';

export interface ComparedRun {
  readonly id: string;
  readonly name: string;
  readonly recorded: boolean;
  readonly settings: SearchSettings;
  readonly dataset: string;
  readonly events: readonly SearchEvent[];
}

/** Runs that have not begun have nothing to compare. */
async function load(id: string): Promise<ComparedRun | null> {
  const recorded = isRecorded(id);
  const run = await (recorded ? loadRecording(id) : loadRun(id));
  const started = run?.events.findLast((event) => event.type === 'started');
  if (!run || !started) return null;
  const { settings, dataset } = started;
  return {
    ...{ id, recorded, settings },
    ...{ name: run.name, events: run.events, dataset: dataset.name },
  };
}

/** Those that could be read, in the order of choosing; again when one of them has more events or another name. */
export function useComparedRuns(ids: readonly string[]): {
  runs: readonly ComparedRun[];
  loading: boolean;
  failed: string | null;
} {
  const stored = useLibrary((s) => s.runs);
  const version = ids
    .map((id) => {
      const record = stored?.find((run) => run.id === id);
      return `${id} ${record?.events ?? ''} ${record?.name ?? ''}`;
    })
    .join('\n');
  const [loaded, setLoaded] = useState<{
    version: string;
    runs: readonly ComparedRun[];
    failed: string | null;
  }>({ version: '', runs: [], failed: null });
  useEffect(() => {
    let over = false;
    Promise.all(ids.map(load)).then(
      (runs) => {
        if (!over) setLoaded({ version, runs: runs.filter((run) => run !== null), failed: null });
      },
      (error: unknown) => {
        if (!over)
          setLoaded({
            ...{ version, runs: [] },
            failed: error instanceof Error ? error.message : String(error),
          });
      },
    );
    return () => {
      over = true;
    };
    // The version names the runs and how far they have come.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [version]);
  return {
    runs: loaded.runs.filter(({ id }) => ids.includes(id)),
    loading: loaded.version !== version,
    failed: loaded.failed,
  };
}
