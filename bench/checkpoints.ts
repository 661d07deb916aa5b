/**
 * `bench checkpoints`: what checkpoints cost a search. The clock runs from a checkpoint's event until it is handed over:
 * the steps before it have been waited for by then (a report comes first), so all of it is the checkpoint's own.
 * Searches with and without them differ by less than a machine's noise.
 */
import { serialize } from 'node:v8';
import { loadPixels } from '../cli/load-dataset.ts';
import { createNodeStepper } from '../cli/node-stepper.ts';
import { createSearchData } from '../src/datasets/search-data.ts';
import { presets } from '../src/domain/settings/presets.ts';
import { checkpointEvery } from '../src/engine/search/checkpoint-state.ts';
import { startSearch } from '../src/engine/search/search.ts';

export interface CheckpointCost {
  readonly steps: number;
  readonly checkpoints: number;
  /** Of the largest. */
  readonly bytes: number;
  readonly secondsInCheckpoints: number;
  readonly seconds: number;
  /** Of the search's time, compilation left out. */
  readonly share: number;
}

/** A tiny search of so many steps. */
export async function benchCheckpoints(steps: number): Promise<CheckpointCost> {
  const settings = presets.tiny;
  const data = createSearchData(
    await loadPixels('fashion-mnist', { imageSize: settings.data.imageSize }),
    settings,
  );
  const stepper = await createNodeStepper('webgpu', 'own');
  let [begun, ended, opened, inside] = [0, 0, 0, 0];
  let [checkpoints, bytes] = [0, 0];
  const running = startSearch({
    settings,
    data,
    stepper,
    now: () => performance.now(),
    emit: ({ type, step }) => {
      // The first steps compile.
      if (type === 'step' && begun === 0) begun = performance.now();
      if (type === 'checkpoint') opened = performance.now();
      if (type !== 'step' || step < steps) return;
      ended = performance.now();
      running.stop();
    },
    checkpointEvery,
    onCheckpoint: (checkpoint) => {
      // What a browser does at once on the way into its database; the writing itself is another process's.
      bytes = Math.max(bytes, serialize(checkpoint).byteLength);
      checkpoints++;
      inside += performance.now() - opened;
    },
  });
  await running.result;
  stepper.dispose();
  const seconds = (ended - begun) / 1000;
  return {
    steps,
    checkpoints,
    bytes,
    secondsInCheckpoints: inside / 1000,
    seconds,
    share: inside / 1000 / seconds,
  };
}
