import { expect, it } from 'vitest';
import { noteRecording, pageStore } from './library-recording.ts';

it('labels a run that only this page keeps with the data set it searched on', async () => {
  const source = { kind: 'stored', id: 'abc' } as const;
  noteRecording({ runId: 'r1', kept: 'in-memory', obstacle: null }, { name: 'my images', source });
  expect((await pageStore.list()).map(({ dataset }) => dataset)).toEqual([
    { name: 'my images', source },
  ]);
});
