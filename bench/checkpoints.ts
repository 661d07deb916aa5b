/**
 * `bench checkpoints`: what checkpoints cost a search. The same search with and without them, in turns; by processor
 * time of the whole process (the software adapter's threads included), since the clock tells of other programs too.
 */
import { serialize } from 'node:v8';
import { loadDataset } from '../cli/load-dataset.ts';
import { createNodeStepper } from '../cli/node-stepper.ts';
import { createSearchData } from '../src/datasets/search-data.ts';
import { presets } from '../src/engine/presets.ts';
import { startSearch } from '../src/engine/search/search.ts';
import { median } from './cases.ts';

/** As in the lab (workers/search-host.ts). */
const checkpointEvery = 50;

export interface CheckpointCost {
  readonly steps: number;
  readonly checkpoints: number;
  readonly bytes: number;
  readonly seconds: { readonly without: number; readonly with: number };
  /** Processor time with checkpoints over that without, less one: the median of the pairs. */
  readonly share: number;
  readonly shares: readonly number[];
}

export async function benchCheckpoints({ steps, pairs, progress }: { steps: number; pairs: number; progress: (what: string) => void }): Promise<CheckpointCost> {
  const settings = presets.tiny;
  const data = createSearchData(await loadDataset('fashion-mnist', { imageSize: settings.data.imageSize }), settings);
  const stepper = await createNodeStepper('webgpu', 'own');
  const search = async (kept: boolean): Promise<{ seconds: number; checkpoints: number; bytes: number }> => {
    let checkpoints = 0;
    let bytes = 0;
    let begun = process.cpuUsage();
    let done = 0;
    const running = startSearch({
      settings,
      data,
      stepper,
      now: () => performance.now(),
      emit: (event) => {
        if (event.type !== 'step') return;
        // The first steps compile.
        if (done === 0) begun = process.cpuUsage();
        done = event.step;
        if (done >= steps) running.stop();
      },
      ...(kept && {
        checkpointEvery,
        onCheckpoint: (checkpoint) => {
          checkpoints++;
          // What a browser does at once on the way into its database; the writing itself is another process's.
          bytes = Math.max(bytes, serialize(checkpoint).byteLength);
        },
      }),
    });
    await running.result;
    const { user, system } = process.cpuUsage(begun);
    return { seconds: (user + system) / 1e6, checkpoints, bytes };
  };
  progress('once to warm up');
  await search(true);
  const runs = [];
  for (let i = 0; i < pairs; i++) {
    progress(`pair ${i + 1} of ${pairs}`);
    // Which comes first takes turns, too.
    const first = await search(i % 2 === 0);
    const second = await search(i % 2 === 1);
    runs.push(i % 2 === 0 ? { with: first, without: second } : { with: second, without: first });
  }
  stepper.dispose();
  const shares = runs.map((run) => run.with.seconds / run.without.seconds - 1);
  const [{ with: kept }] = runs;
  return {
    steps,
    ...{ checkpoints: kept.checkpoints, bytes: kept.bytes },
    seconds: { without: median(runs.map((run) => run.without.seconds)), with: median(runs.map((run) => run.with.seconds)) },
    share: median(shares),
    shares,
  };
}
