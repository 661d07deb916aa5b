import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import type { SearchEvent } from '../../domain/events/events.ts';
import { emptyRun, reduceRun } from './run-model.ts';
import { sentence } from './sentence.ts';
import type { Standing } from './sentence.ts';

const { events } = JSON.parse(gunzipSync(readFileSync('public/runs/tiny.json.gz')).toString()) as {
  events: SearchEvent[];
};
const upTo = (phase: string): SearchEvent[] =>
  events.slice(0, 1 + events.findIndex((e) => e.type === 'phase' && e.phase === phase));

const standing = (phase: string): Standing => ({
  status: 'running',
  run: upTo(phase).reduce(reduceRun, emptyRun),
  fullParameters: 29_286,
  loading: null,
  compiling: null,
  pausing: false,
  images: 'Fashion-MNIST',
  checkpointStep: null,
});

it('counts the programs that are compiled, while they are compiled', () => {
  const compiling = standing('compiling');
  expect(sentence(compiling)).toBe('Stage 1 of 3: compiling GPU programs.');
  expect(sentence({ ...compiling, compiling: { done: 12, total: 35 } })).toBe(
    'Stage 1 of 3: compiling GPU programs (12 of 35).',
  );
  expect(sentence({ ...compiling, compiling: { done: 35, total: 35 } })).toBe(
    'Stage 1 of 3: compiling GPU programs.',
  );
});

it('does not count them afterwards', () => {
  expect(sentence({ ...standing('warm-up'), compiling: { done: 12, total: 35 } })).toBe(
    'Stage 1 of 3: warming up, only weights are trained.',
  );
});
