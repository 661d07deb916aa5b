/** A finished run as the library saves it, from the real search loop on a fake stepper: no search is needed in the browser. */
import type { Checkpoint } from '../src/engine/search/checkpoint-state.ts';
import { sampleRun } from '../src/engine/search/testing/sample-run.ts';
import { writeRun } from '../src/storage/files.ts';
import { emptySummary } from '../src/storage/records.ts';
import { summarize } from '../src/storage/summary.ts';

/** @param pick which of its checkpoints the file holds. */
export async function runFile(
  name: string,
  created: number,
  tags: string[] = [],
  target = 6_000,
  pick = (checkpoints: readonly Checkpoint[]) => checkpoints.at(-1)!,
) {
  const { settings, events, checkpoints } = await sampleRun(
    (change) => void (change.targetParameters = target),
  );
  const checkpoint = pick(checkpoints);
  const text = writeRun(
    {
      run: {
        ...{
          id: name.replace(/\W/g, '-'),
          name,
          tags,
          created,
          updated: created,
          status: 'finished',
          settings,
          dataset: { name: 'fashion-mnist', source: null },
        },
        ...{
          backend: 'cpu',
          events: events.length,
          summary: summarize(emptySummary, events),
          checkpointStep: null,
          deleted: null,
          imported: false,
        },
      },
      events,
      checkpoint: {
        runId: name,
        events: checkpoint.events,
        stageEnd: 0,
        step: checkpoint.steps,
        created,
        checkpoint,
      },
    },
    { weights: true },
  );
  return { name: `${name}.json`, mimeType: 'application/json', buffer: Buffer.from(text) };
}
