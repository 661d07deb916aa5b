/**
 * Compaction on the composed stepper: a commit takes tensors away and leaves what the network computes as it was. The
 * one exception is a preprocess that is a factorized reduce (the cell after a reduction): it is gated before its batch
 * norm, so a pruned filter still gave the norm's shift; there the test prunes nothing.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { syntheticData, smallSettings } from '../search/testing/setup.ts';
import { createComposedStepper } from '../supernet/composed-stepper.ts';
import { parameter } from '../../domain/graph/layout.ts';
import type { Stepper } from '../supernet/stepper.ts';
import { commitLive } from './commit.ts';
import { countParameters } from './count.ts';
import { slice } from './network.ts';
import type { Network } from './network.ts';
import { everyLevel, scatteredNetwork, smallSpace } from './testing.ts';

const settings = smallSettings((s) => (s.batchSize = 4));
const { batchSize } = settings;
const batch = syntheticData(settings).trainBatch(0, 0);

describe('compaction', () => {
  let stepper: Stepper;
  beforeAll(async () => {
    stepper = await createComposedStepper('cpu');
  });
  afterAll(() => stepper.dispose());

  async function forward(network: Network): Promise<{ logits: Float32Array; bytes: number }> {
    const { granularities } = everyLevel;
    await stepper.load(network.plan, network.parameters, {
      batchSize,
      granularities,
    });
    const { bytes } = stepper.memory();
    return { logits: await stepper.logits(batch, 'running'), bytes };
  }

  it.each([
    ['two cells', smallSpace],
    ['three cells, the last after a reduction', { ...smallSpace, cells: 3, stages: 3 }],
    ['one stage of wider cells', { ...smallSpace, stages: 1, channels: 6 }],
  ])('keeps the output and frees memory: %s', async (_, space) => {
    const network = scatteredNetwork(space, 3);
    for (const { shape } of network.plan.cells.filter(
      ({ preprocess }) => preprocess[0]!.split !== null,
    )) {
      slice(
        network.parameters.values,
        parameter(network.plan.table, `cells.${shape.index}.preprocessFilterThreshold`),
      )[0] = 0;
    }
    const before = await forward(network);
    const { network: after, pruned } = commitLive(network, everyLevel);
    expect(
      [pruned.operations.length, pruned.filters.size, pruned.weights.size].every((n) => n > 0),
    ).toBe(true);
    const now = await forward(after);
    const error = Math.max(...now.logits.map((x, i) => Math.abs(x - before.logits[i]!)));
    expect(error).toBeLessThan(1e-4 * Math.max(...before.logits.map(Math.abs)));
    const [dense, left] = [countParameters(network).dense, countParameters(after).dense];
    process.stdout.write(
      `tensor bytes ${before.bytes} -> ${now.bytes}, parameters ${dense} -> ${left}\n`,
    );
    expect(now.bytes).toBeLessThan(before.bytes);
    expect(now.bytes / before.bytes).toBeLessThan(1.5 * (left / dense));
  });
});
