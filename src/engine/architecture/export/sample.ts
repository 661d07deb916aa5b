/** For tests: a trained network with everything in it that a search can leave. */
import { commitLive } from '../../granularity/commit.ts';
import { superNetTotals } from '../../granularity/count.ts';
import { everyLevel, scatter, scatteredNetwork } from '../../granularity/testing.ts';
import { smallSettings, syntheticData } from '../../search/testing/setup.ts';
import { operationNames } from '../../../domain/operations/registry.ts';
import type { SpaceSettings } from '../../../domain/settings/schema.ts';
import { rebuildNetwork } from '../../train/rebuild.ts';
import { trainSettingsFor } from '../../train/settings.ts';
import { describeValues } from '../../train/trained.ts';
import type { Trained } from '../../train/trained.ts';
import { describeArchitecture } from '../describe.ts';
import { widenArchitecture } from '../widen.ts';

/** Reductions with every operation, a factorized preprocess, and sizes that are odd at the second of them: 14, 7, 4. */
const space: SpaceSettings = {
  cells: 4,
  nodes: 2,
  channels: 4,
  stages: 3,
  stemMultiplier: 2,
  operations: [...operationNames],
};
export const imageSize = 14;

/** Pruned at every level; weights and running statistics are drawn, not trained: an export must not depend on it. */
export function sampleTrained(seed = 1, shape = { space, imageSize }): Trained {
  const { network } = commitLive(scatteredNetwork(shape.space, seed, shape.imageSize), everyLevel);
  const settings = smallSettings((s) => {
    s.space = shape.space;
    s.data.imageSize = shape.imageSize;
  });
  const data = syntheticData(settings);
  const architecture = describeArchitecture({
    network,
    totals: superNetTotals(network.plan.space),
    settings,
    data,
    steps: 1,
    validationAccuracy: 0.5,
    targetReached: true,
  });
  return {
    format: 'mgas-trained',
    version: 1,
    architecture,
    training: trainSettingsFor(architecture, 1),
    backend: 'cpu',
    steps: 0,
    test: { accuracy: 0.5, loss: 1, images: 100, confusion: [], worst: [] },
    normalization: { mean: [72.9], deviation: [80.5] },
    ...describeValues(network),
  };
}

/** The same with every filter twice. */
export function sampleWidened(): Trained {
  const found = sampleTrained();
  const architecture = widenArchitecture(found.architecture, 2);
  const network = rebuildNetwork(architecture, 1);
  scatter(network);
  return {
    ...found,
    architecture,
    training: { ...found.training, widen: 2 },
    ...describeValues(network),
  };
}
