/**
 * The page's part in keeping a running search. The worker stores it; where it cannot, the page keeps the events, so
 * that the run is in the library and can be saved as a file for as long as the page lives.
 */
import type { SearchEvent } from '../../domain/events/events.ts';
import type { Recording } from '../../protocol/messages.ts';
import { MemoryStore } from '../../storage/memory-store.ts';
import { emptySummary } from '../../storage/records.ts';
import type { RunRecord } from '../../storage/records.ts';
import { RunRecorder } from '../../storage/recorder.ts';
import { defaultRunName } from '../../storage/run-name.ts';
import { askForPersistence } from '../../storage/room.ts';
import { library } from './library-state.ts';
import { lab } from './store.ts';

/** Runs that are kept by this page alone. */
export const pageStore = new MemoryStore();
let here: { id: string; recorder: RunRecorder } | null = null;
let asked = false;

export function noteRecording(recording: Recording): void {
  library.setState({ recording });
  if (recording.kept === 'in-memory') keepHere(recording.runId);
  else if (!asked) {
    // Only now: there is something to lose.
    asked = true;
    void askForPersistence();
  }
}

function keepHere(id: string): void {
  if (here?.id === id) return;
  const { origin } = lab.getState();
  if (origin === null) return;
  const { settings, backend, dataset } = origin;
  const now = Date.now();
  const run: RunRecord = {
    ...{
      id,
      name: `In this tab only: ${defaultRunName(settings)}`,
      tags: [],
      created: now,
      updated: now,
      status: 'running',
      settings,
    },
    ...{
      dataset,
      backend,
      events: 0,
      summary: emptySummary,
      checkpointStep: null,
      deleted: null,
      imported: false,
    },
  };
  here = { id, recorder: new RunRecorder({ store: pageStore, run, onProblem: () => {} }) };
  void pageStore.add({ run, events: [], checkpoint: null });
}

export function recordInMemory(events: readonly SearchEvent[]): void {
  if (library.getState().recording?.runId !== here?.id) return;
  for (const event of events) here?.recorder.push(event);
}

/** The search goes on from a checkpoint. @param count events that are left. */
export function noteRewind(count: number): void {
  if (library.getState().recording?.runId === here?.id) void here?.recorder.rewind(count);
}
