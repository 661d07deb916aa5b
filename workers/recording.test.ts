import 'fake-indexeddb/auto';
import { expect, it } from 'vitest';
import type { SearchEvent } from '../src/domain/events/events.ts';
import { sampleRun } from '../src/engine/search/testing/sample-run.ts';
import type { Steering } from '../src/domain/events/steering-schema.ts';
import { openStore } from '../src/storage/open.ts';
import { emptySummary } from '../src/storage/records.ts';
import { reopenRecording } from './recording.ts';

it('resumes from the last checkpoint, with the later changes of the user', async () => {
  const { settings, events, checkpoints } = await sampleRun();
  const checkpoint = checkpoints[0]!;
  const steered = (change: Steering, refusal: string | null): SearchEvent => ({
    type: 'steered',
    step: checkpoint.steps,
    time: 1,
    stage: 0,
    change,
    refusal,
  });
  const change: Steering = { kind: 'set', setting: 'targetParameters', value: 900 };
  const before = events.slice(0, checkpoint.events);
  const all = [
    steered({ kind: 'lambda', value: 1 }, null),
    ...before.slice(1),
    ...[
      steered(change, null),
      steered({ kind: 'lambda', value: 2 }, 'not now'),
      steered({ kind: 'release', cell: 0, edge: 0, operation: 'skip_connect' }, null),
    ],
  ];
  const { store } = await openStore();
  await store.add({
    run: {
      ...{
        id: 'a',
        name: 'Cut off',
        tags: [],
        created: 1,
        updated: 1,
        status: 'running',
        settings,
        backend: 'cpu',
        events: all.length,
        summary: emptySummary,
      },
      ...{
        dataset: { name: 'synthetic', source: null },
        checkpointStep: checkpoint.steps,
        deleted: null,
        imported: false,
      },
    },
    events: all,
    checkpoint: {
      runId: 'a',
      events: before.length,
      stageEnd: 0,
      step: checkpoint.steps,
      created: 1,
      checkpoint,
    },
  });
  store.close();
  const { resumed, close } = await reopenRecording('a', () => {});
  expect(resumed!.checkpoint).toEqual(checkpoint);
  expect(resumed!.events).toEqual(all.slice(0, before.length));
  // Not those before the checkpoint, nor what was refused.
  expect(resumed!.steered.map(({ kind }) => kind)).toEqual(['set', 'release']);
  expect(resumed!.steered[0]).toEqual(change);
  await close();
});
