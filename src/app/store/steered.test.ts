import { expect, it } from 'vitest';
import { fakeSearch, smallSettings } from '../../engine/search/testing/setup.ts';
import { describeEntry } from '../components/LogRow.tsx';
import { visiblePoints } from './curves.ts';
import { emptyRun, reduceRun } from './run-model.ts';

it('the log states the old and new value of each change; lambda has a curve', async () => {
  let steps = 0;
  const { running, recording } = fakeSearch(
    smallSettings((s) => void (s.targetParameters = 5_000)),
    {},
    (event, search) => {
      if (event.type !== 'step' || ++steps !== 3) return;
      search().steer({ kind: 'set', setting: 'targetParameters', value: 4_000 });
      search().steer({ kind: 'set', setting: 'targetParameters', value: 3_500 });
      search().steer({ kind: 'lambda', value: 0.25 });
    },
  );
  await running.result;
  const run = recording.events.reduce(reduceRun, emptyRun);
  const texts = run.log.entries.filter(({ kind }) => kind === 'steered').map(describeEntry);
  expect(texts.filter((text) => text.startsWith('Target'))).toEqual([
    'Target size: 5,000 \u2192 4,000',
    'Target size: 4,000 \u2192 3,500',
  ]);
  expect(texts.at(-1)).toMatch(/^Lambda: .+ \u2192 0\.25$/);
  const lambdas = visiblePoints(run.curves).map(({ lambda }) => lambda);
  expect(new Set(lambdas).size).toBeGreaterThan(1);
  expect(Math.max(...lambdas)).toBeGreaterThanOrEqual(0.25);
});
