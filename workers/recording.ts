/** Opens the record of a search: a new run in the store, or a stored one to go on with. */
import type { Checkpoint } from '../src/engine/search/checkpoint-state.ts';
import type { SearchEvent } from '../src/domain/events/events.ts';
import type { Steering } from '../src/domain/events/steering-schema.ts';
import type { StartPayload } from '../src/protocol/messages.ts';
import { leaseRun } from '../src/storage/lock.ts';
import type { Lease } from '../src/storage/lock.ts';
import { MemoryStore } from '../src/storage/memory-store.ts';
import { tellNews } from '../src/storage/news.ts';
import { openStore } from '../src/storage/open.ts';
import { emptySummary } from '../src/storage/records.ts';
import type { RunRecord } from '../src/storage/records.ts';
import { RunRecorder } from '../src/storage/recorder.ts';
import { defaultRunName } from '../src/storage/run-name.ts';
import { isNoRoom } from '../src/storage/room.ts';
import { Refusal } from './refusal.ts';

export interface Recording {
  readonly runId: string;
  /** Why nothing is stored; null where it is. */
  readonly obstacle: string | null;
  readonly recorder: RunRecorder;
  /** Where to go on from, the events up to there, and what the user changed after that. */
  readonly resumed: {
    checkpoint: Checkpoint;
    count: number;
    events: SearchEvent[];
    steered: Steering[];
    datasetName: string;
  } | null;
  /** Writes the rest and lets other tabs write the run. */
  close(): Promise<void>;
}

type Begin = StartPayload & {
  datasetName: string;
  onProblem: (problem: string | null) => void;
};

export async function beginRecording({
  settings,
  dataset,
  datasetName,
  backend,
  run: { id },
  onProblem,
}: Begin): Promise<Recording> {
  let { store, obstacle } = await openStore();
  const now = Date.now();
  const run: RunRecord = {
    ...{
      id,
      name: defaultRunName(settings),
      tags: [],
      created: now,
      updated: now,
      status: 'running',
      settings,
    },
    ...{
      dataset: { name: datasetName, source: dataset },
      backend,
      events: 0,
      summary: emptySummary,
      checkpointStep: null,
      deleted: null,
      imported: false,
    },
  };
  const whole = { run, events: [], checkpoint: null };
  const lease = await leaseRun(run.id);
  try {
    await store.add(whole);
  } catch (error) {
    // A search is worth more than its record: it goes on in memory.
    store.close();
    store = new MemoryStore();
    await store.add(whole);
    obstacle = isNoRoom(error)
      ? 'the browser grants this page no more storage; delete runs in the library to free some'
      : messageOf(error);
  }
  const recorder = new RunRecorder({ store, run, onProblem });
  return {
    runId: run.id,
    obstacle,
    recorder,
    resumed: null,
    close: closer(id, recorder, store, lease),
  };
}

/** @throws Refusal when another tab writes the run, or there is no checkpoint to go on from. */
export async function reopenRecording(
  runId: string,
  onProblem: (problem: string | null) => void,
): Promise<Recording> {
  const lease = await leaseRun(runId);
  if (!lease)
    throw new Refusal(
      'runs-elsewhere',
      'This search is running in another tab already.',
      'Watch it from the library, or stop it there first.',
    );
  const { store, obstacle } = await openStore();
  const [run, stored] = await Promise.all([store.get(runId), store.checkpoint(runId)]);
  if (!run || !stored) {
    lease.release();
    store.close();
    throw new Refusal(
      'no-checkpoint',
      'This run has no checkpoint to resume from.',
      'Start a new search with the same settings: the library can copy them.',
    );
  }
  const steered = (await store.events(runId, stored.events)).flatMap((event) =>
    event.type === 'steered' && event.refusal === null && !event.automatic ? [event.change] : [],
  );
  const recorder = new RunRecorder({ store, run, onProblem });
  const resumed = {
    checkpoint: stored.checkpoint,
    count: stored.events,
    events: await recorder.rewind(stored.events),
    steered,
    datasetName: run.dataset.name,
  };
  return { runId, obstacle, recorder, resumed, close: closer(runId, recorder, store, lease) };
}

function closer(
  runId: string,
  recorder: RunRecorder,
  store: { close(): void },
  lease: Lease | null,
): () => Promise<void> {
  return async () => {
    await recorder.drain();
    store.close();
    lease?.release();
    // Its lock is free: what the library offers changes.
    tellNews({ runId });
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
