import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { SearchEvent } from '../../../../domain/events/events.ts';
import { presets } from '../../../../domain/settings/presets.ts';
import { searchPoints } from '../../../../domain/events/series.ts';
import { settingRows } from '../differences.ts';
import { seriesOfRuns } from '../runs-csv.ts';
import { comparedPoints, memoryByStage } from './metrics.ts';

const { events } = JSON.parse(gunzipSync(readFileSync('public/runs/tiny.json.gz')).toString()) as {
  events: SearchEvent[];
};
const evaluated = events.filter((event) => event.type === 'evaluated');
const steps = events.filter((event) => event.type === 'step');

describe('runs on one chart', () => {
  it('have the values of their events, by step and by time', () => {
    expect(comparedPoints(events, 'validation', 'step', 0)).toEqual(
      evaluated.map(({ step, accuracy }) => ({ x: step, y: accuracy })),
    );
    expect(comparedPoints(events, 'loss', 'time', 0).at(-1)).toEqual({
      x: steps.at(-1)!.time / 1000,
      y: steps.at(-1)!.crossEntropy,
    });
  });

  it('are sorted by parameters, each value at the size of its step', () => {
    const points = comparedPoints(events, 'validation', 'parameters', 0);
    expect(points.map(({ x }) => x)).toEqual(points.map(({ x }) => x).sort((a, b) => a - b));
    const last = evaluated.at(-1)!;
    expect(points).toContainEqual({ x: last.parameters, y: last.accuracy });
  });

  it('are smoothed without the bias of the start, and keep a constant', () => {
    const flat = steps.map((event) => ({ ...event, lambda: 3 }));
    for (const { y } of comparedPoints(flat, 'lambda', 'step', 0.9)) expect(y).toBeCloseTo(3, 10);
    const [first] = comparedPoints(events, 'loss', 'step', 0.9);
    expect(first!.y).toBeCloseTo(steps[0]!.crossEntropy, 10);
  });

  it('have the highest memory of each stage', () => {
    const most = memoryByStage(events);
    expect(most).toHaveLength(4);
    for (const event of steps) expect(event.memoryBytes).toBeLessThanOrEqual(most[event.stage]!);
    expect(Math.max(...most)).toBe(
      Math.max(
        ...steps.map(({ memoryBytes }) => memoryBytes),
        ...events.map((event) => (event.type === 'committed' ? event.memoryBefore : 0)),
      ),
    );
  });
});

it('settings of any number of runs: those that differ apart from the same', () => {
  const { tiny } = presets;
  const { differ, same } = settingRows([tiny, { ...tiny, seed: 2 }, { ...tiny, seed: 3 }]);
  expect(differ).toEqual([{ path: 'seed', values: ['1', '2', '3'] }]);
  expect(same.find(({ path }) => path === 'space.cells')?.values).toEqual(['3', '3', '3']);
});

it('several runs are one CSV, one row per value with its run', () => {
  const text = seriesOfRuns([
    { id: 'a', name: 'One, "first"', events },
    { id: 'b', name: 'Two', events: events.slice(0, 40) },
  ]);
  const [head, ...rows] = text.trimEnd().split('\r\n');
  expect(head).toBe('run,id,step,seconds,series,value');
  const count = (some: readonly SearchEvent[]): number =>
    some.reduce((sum, event) => sum + searchPoints(event).length, 0);
  expect(rows).toHaveLength(count(events) + count(events.slice(0, 40)));
  expect(rows[0]).toMatch(/^"One, ""first""",a,\d+,\d+\.\d{3},[\w/]+,[\d.e-]+$/);
  expect(rows.at(-1)).toMatch(/^Two,b,/);
});
