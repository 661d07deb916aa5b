import { expect, it } from 'vitest';
import { sampleRun } from '../../engine/search/testing/sample-run.ts';
import type { SearchEvent } from '../../domain/events/events.ts';
import { emptyRun, reduceRun } from './run-model.ts';
import { Timeline } from './timeline.ts';

it('a fork uses its own settings from its step on, states its parent, and is a stop of the timeline', async () => {
  const { events, settings } = await sampleRun((change) => (change.joint.maxEpochs = 4));
  const cut = events.findLastIndex(({ type }) => type === 'checkpoint') + 1;
  const { step, time } = events[cut - 1]!;
  const forked: SearchEvent = {
    ...{ type: 'forked', step, time, stage: 3, maxSteps: 999 },
    parent: { id: 'parent', name: 'Parent' },
    changes: [{ setting: 'targetParameters', from: 6_000, to: 3_000 }],
    settings: {
      ...structuredClone(settings),
      targetParameters: 3_000,
      joint: { ...settings.joint, maxEpochs: 14 },
    },
  };
  const before = events.slice(0, cut).reduce(reduceRun, emptyRun);
  const after = reduceRun(before, forked);
  expect(after.started!.settings.targetParameters).toBe(3_000);
  expect(after.started!.maxSteps).toBe(999);
  const [joint, was] = [after.stages.at(-1)!, before.stages.at(-1)!];
  expect(joint).toMatchObject({ goalParameters: 3_000, maxSteps: was.maxSteps + 10 * 6 });
  expect(after.ancestry).toEqual([{ id: 'parent', name: 'Parent', step, changes: forked.changes }]);
  expect(after.log.entries.at(-1)).toMatchObject({ kind: 'forked', parent: 'Parent' });
  // The parent's part is as it was.
  expect(after.curves).toBe(before.curves);
  const timeline = new Timeline();
  timeline.append([...events.slice(0, cut), forked]);
  expect(timeline.stops.at(-1)).toMatchObject({ kind: 'fork', step });
});
