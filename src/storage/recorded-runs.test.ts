import { readFileSync, readdirSync, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { RecordedListSchema } from './recorded-runs.ts';
import { restore } from './restore.ts';

const folder = new URL('../../public/runs/', import.meta.url);
const { runs } = v.parse(
  RecordedListSchema,
  JSON.parse(readFileSync(new URL('index.json', folder), 'utf8')),
);

describe('recorded searches', () => {
  it('has one for the opening page, and no unlisted file', () => {
    expect(runs.length).toBeGreaterThan(0);
    expect(runs.map(({ file }) => file).sort()).toEqual(
      readdirSync(folder).filter((name) => name.endsWith('.gz')),
    );
    expect(new Set(runs.map(({ id }) => id)).size).toBe(runs.length);
  });

  it('takes under 2 MB together', () => {
    const bytes = runs.map(({ file }) => statSync(new URL(file, folder)).size);
    expect(bytes.reduce((a, b) => a + b, 0)).toBeLessThan(2e6);
    expect(runs.map((recorded) => recorded.bytes)).toEqual(bytes);
  });

  it.each(runs)('$id is a finished run by the file schema, as listed', (recorded) => {
    const text = gunzipSync(readFileSync(new URL(recorded.file, folder))).toString();
    const restored = restore(text);
    if (restored.kind !== 'run') throw new Error('not a run');
    const { run } = restored.run;
    expect(run.id).toBe(recorded.id);
    expect(run.status).toBe('finished');
    expect(run.settings.seed).toBe(recorded.seed);
    expect(run.settings.targetParameters).toBe(recorded.targetParameters);
    expect(run.summary.parameters?.active).toBe(recorded.result.parameters);
    expect(run.summary.step).toBe(recorded.result.steps);
    const { accuracy, images } = recorded.result;
    expect(run.summary).toMatchObject({ accuracy, images });
  });
});
