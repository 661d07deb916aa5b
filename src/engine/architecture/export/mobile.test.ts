/** Exports of a chain of MBConvs, pruned at every level, one layer gone: the engine's logits over 100 real images. */
import { InferenceSession, Tensor } from 'onnxruntime-web';
import { expect, it } from 'vitest';
import { buildPlan, fullMasks } from '../../../domain/spaces/build-plan.ts';
import { evaluationForm } from '../../../domain/architecture/schema.ts';
import { parameter } from '../../../domain/graph/layout.ts';
import { createMobileSpace } from '../../../domain/spaces/mobile.ts';
import { mobilePresets } from '../../../domain/settings/mobile-presets.ts';
import { commitLive } from '../../granularity/commit.ts';
import { superNetTotals } from '../../granularity/count.ts';
import { slice } from '../../granularity/network.ts';
import { everyLevel, scatter } from '../../granularity/testing.ts';
import { syntheticData } from '../../search/testing/setup.ts';
import { migrateParameters } from '../../supernet/parameters.ts';
import { rebuildNetwork } from '../../train/rebuild.ts';
import { describeValues } from '../../train/trained.ts';
import type { Trained } from '../../train/trained.ts';
import { describeArchitecture } from '../describe.ts';
import { exportOnnx } from './onnx.ts';
import { imageSize, sampleTrained } from './sample.ts';
import { engineLogits, largestDifference, python, pytorchLogits, realImages } from './testing.ts';

function sampleChain(): Trained {
  const settings = structuredClone(mobilePresets['mobile-tiny']);
  settings.data.imageSize = imageSize;
  const image = { size: imageSize, channels: 1, classes: 10 };
  const space = createMobileSpace(settings.space, image, { form: evaluationForm });
  const masks = fullMasks(space);
  const plan = buildPlan(space, masks, space.cells.length - 1, space.stageEnds.length - 1);
  const whole = { plan, masks, parameters: migrateParameters(plan.table, null, 1, 0) };
  scatter(whole);
  slice(whole.parameters.values, parameter(plan.table, 'cells.3.operationThreshold')).fill(0.999);
  const { network } = commitLive(whole, everyLevel);
  const architecture = describeArchitecture({
    ...{ network, totals: superNetTotals(space), settings, data: syntheticData(settings) },
    ...{ steps: 1, validationAccuracy: 0.5, targetReached: true },
  });
  const rebuilt = rebuildNetwork(architecture, 1);
  scatter(rebuilt);
  // Untrained, its logits would hardly differ.
  const { name } = rebuilt.plan.head;
  const classifier = parameter(rebuilt.plan.table, `${name}.weight`);
  const weights = slice(rebuilt.parameters.values, classifier);
  weights.forEach((weight, i) => (weights[i] = 5 * weight));
  return { ...sampleTrained(), architecture, ...describeValues(rebuilt) };
}

const trained = sampleChain();

it('has lost a layer', () => {
  expect(trained.architecture.cells[3]!.operations).toEqual([]);
});

it('gives the logits of the engine in onnxruntime', async () => {
  const { images, count, size } = realImages();
  const session = await InferenceSession.create(exportOnnx(trained));
  const { logits } = await session.run({
    image: new Tensor('float32', images, [count, 1, size, size]),
  });
  const expected = await engineLogits(trained, realImages());
  expect(largestDifference(logits!.data as Float32Array, expected)).toBeLessThan(1e-4);
}, 60_000);

it.runIf(python)(
  'gives the logits of the engine in PyTorch',
  async () => {
    const { images, count, size } = realImages();
    const expected = await engineLogits(trained, realImages());
    expect(
      largestDifference(pytorchLogits(trained, images, [count, 1, size, size]), expected),
    ).toBeLessThan(1e-4);
  },
  60_000,
);
