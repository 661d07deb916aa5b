import { expect, it } from 'vitest';
import { keepWithin } from './kept-checkpoints.ts';
import type { CheckpointInfo } from './records.ts';

let events = 0;
const one = (kind: CheckpointInfo['kind'], step: number, bytes = 10): CheckpointInfo => ({
  ...{ events: ++events, stageEnd: kind === 'stage-end' ? 1 : 0, step, stage: 0, kind, bytes },
});
const steps = (list: readonly CheckpointInfo[]): number[] => list.map(({ step }) => step);

it('keeps every commit and stage end, and those within an epoch only as long as they are the latest', () => {
  const all = [
    ...[one('commit', 10), one('interval', 15), one('stage-end', 20), one('commit', 30)],
    ...[one('interval', 35), one('interval', 40)],
  ];
  const { kept, gone } = keepWithin(all, 1_000);
  expect(steps(kept)).toEqual([10, 20, 30, 35, 40]);
  expect(steps(gone)).toEqual([15]);
});

it('thins older commits above the budget, evenly, and never the latest two or a stage end', () => {
  let kept: CheckpointInfo[] = [];
  for (let step = 10; step <= 400; step += 10)
    kept = keepWithin([...kept, one(step === 200 ? 'stage-end' : 'commit', step)], 100).kept;
  expect(kept).toHaveLength(10);
  expect(steps(kept).slice(-2)).toEqual([390, 400]);
  expect(steps(kept)).toContain(200);
  // From early on to the end: not the newest ten.
  expect(kept[0]!.step).toBeLessThan(200);
  expect(steps(keepWithin(kept, 1).kept)).toEqual([200, 390, 400]);
});
