import { expect, it } from 'vitest';
import { presets } from '../../domain/settings/presets.ts';
import { noteRecording, pageStore } from './library-recording.ts';
import { beginRun } from './replay.ts';
import { lab } from './store.ts';

it('labels a run that is only in this page with its data set, settings and backend', async () => {
  const dataset = { name: 'my images', source: { kind: 'stored', id: 'abc' } } as const;
  const settings = { ...presets.tiny, seed: 77 };
  const id = beginRun({ settings, backend: 'cpu', dataset });
  // Set up since for another search.
  lab.setState({ settings: presets.demo, backend: 'webgl' });
  noteRecording({ runId: id, kept: 'in-memory', obstacle: 'no store' });
  const run = await pageStore.get(id);
  expect(run).toMatchObject({ dataset, settings, backend: 'cpu' });
  expect(run!.name).toBe('In this tab only: 3 cells to 6,000 parameters, seed 77');
});
