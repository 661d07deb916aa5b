import { expect, it } from 'vitest';
import type { LogEntry } from '../../store/log.ts';
import { collectMarks, markBeside } from './timeline.ts';
import type { Mark, Timeline } from './timeline.ts';

const mark = (step: number, cell: number, granularity: Mark['granularity']): Mark => ({
  ...{ step, cell, granularity },
  ...{ kind: 'pruned' as const, count: 1 },
});
const [first, above, middle, below, last] = [
  mark(10, 1, 'filter'),
  mark(20, 0, 'weight'),
  mark(20, 1, 'filter'),
  mark(20, 1, 'weight'),
  mark(30, 2, 'operation'),
];
const timeline: Timeline = {
  ...{ marks: [below, last, first, middle, above], commits: [], bands: [] },
  ...({ cells: 3, xMax: 30 } as Pick<Timeline, 'cells' | 'xMax' | 'space'>),
};

it('arrow keys reach every mark of the timeline', () => {
  expect(markBeside(timeline, null, 'ArrowLeft')).toBe(last);
  expect(markBeside(timeline, last, 'ArrowLeft')).toBe(below);
  expect(markBeside(timeline, below, 'ArrowUp')).toBe(middle);
  expect(markBeside(timeline, middle, 'ArrowUp')).toBe(above);
  expect(markBeside(timeline, middle, 'ArrowLeft')).toBe(first);
  expect(markBeside(timeline, first, 'ArrowRight')).toBe(middle);
  expect(markBeside(timeline, middle, 'ArrowDown')).toBe(below);
  expect(markBeside(timeline, last, 'Home')).toBe(first);
  expect(markBeside(timeline, first, 'End')).toBe(last);
});

it('arrow keys end at the outermost marks, and other keys do nothing', () => {
  expect(markBeside(timeline, first, 'ArrowLeft')).toBeNull();
  expect(markBeside(timeline, last, 'ArrowDown')).toBeNull();
  expect(markBeside(timeline, last, 'Tab')).toBeNull();
  expect(markBeside({ ...timeline, marks: [] }, null, 'ArrowLeft')).toBeNull();
});

it('units of one cell, level and step are one mark', () => {
  const entry = { kind: 'pruned', step: 4, cell: 0, granularity: 'filter', count: 2 };
  const { marks } = collectMarks([entry, { ...entry, count: 3 }] as unknown as LogEntry[]);
  expect(marks).toEqual([{ step: 4, cell: 0, granularity: 'filter', kind: 'pruned', count: 5 }]);
});
