/** For tests: a trained network with everything in it that a search can leave. */
import { commitLive } from '../../granularity/commit.ts';
import { superNetTotals } from '../../granularity/count.ts';
import { slice } from '../../granularity/network.ts';
import type { Network } from '../../granularity/network.ts';
import { everyLevel, scatter, scatteredNetwork } from '../../granularity/testing.ts';
import { smallSettings, syntheticData } from '../../search/testing/setup.ts';
import { evaluationForm } from '../../../domain/architecture/schema.ts';
import type { Architecture } from '../../../domain/architecture/schema.ts';
import { parameter } from '../../../domain/graph/layout.ts';
import { operationNames } from '../../../domain/operations/registry.ts';
import type { CellSettings } from '../../../domain/spaces/cells-settings.ts';
import { createSpace } from '../../../domain/spaces/cells.ts';
import { mobilePresets } from '../../../domain/settings/mobile-presets.ts';
import type { MobileSearchSettings } from '../../../domain/settings/mobile-presets.ts';
import { mobileSizes } from '../../../domain/spaces/mobile-table.ts';
import type { MobileTable } from '../../../domain/spaces/mobile-table.ts';
import { createMobileSpace } from '../../../domain/spaces/mobile.ts';
import { buildPlan, fullMasks } from '../../../domain/spaces/build-plan.ts';
import { migrateParameters } from '../../supernet/parameters.ts';
import { rebuildNetwork } from '../../train/rebuild.ts';
import { trainSettingsFor } from '../../train/settings.ts';
import { describeValues } from '../../train/trained.ts';
import type { Trained } from '../../train/trained.ts';
import { describeArchitecture } from '../describe.ts';
import { widenArchitecture } from '../widen.ts';

/** Reductions with every operation, a factorized preprocess, and sizes that are odd at the second of them: 14, 7, 4. */
const space: CellSettings = {
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

/** Names that file formats have to carry whole. */
export const oddNames = [
  '"quoted"',
  "it's",
  'back\\slash',
  '\u{1f9f6} wool',
  'caf\u00e9, "two"',
  ' ',
];

const oddSet = 'my """set""" \\';

/** An evaluation network (plain sums, norms behind pools), pruned at every level, with odd names. */
export function sampleEvaluation(imageChannels: number): Trained {
  const settings = smallSettings((s) => {
    s.space = space;
    s.data.imageSize = imageSize;
  });
  const shape = { size: imageSize, channels: imageChannels, classes: oddNames.length };
  const cells = createSpace(space, shape, { form: { sum: 'plain', poolNorm: true } });
  const masks = fullMasks(cells);
  const plan = buildPlan(cells, masks, space.cells - 1, space.stages - 1);
  const whole = { plan, masks, parameters: migrateParameters(plan.table, null, 1, 0) };
  scatter(whole);
  const { network } = commitLive(whole, everyLevel);
  const architecture = describeArchitecture({
    network,
    totals: superNetTotals(cells),
    settings,
    data: { name: oddSet, classNames: oddNames, imageSize, imageChannels },
    steps: 1,
    validationAccuracy: 0.5,
    targetReached: true,
  });
  const rebuilt = rebuildNetwork(architecture, 1);
  scatter(rebuilt);
  return trainedFrom(architecture, rebuilt);
}

/** Index of the layer of `sampleChain` that is gone. */
export const lostLayer = 3;

interface ChainShape {
  readonly table: MobileTable;
  readonly imageSize: number;
}

/** A chain so small that a CPU trains it at once; no layer is gone. */
export const smallestChain: ChainShape = {
  table: {
    ...{ stem: 3, stemStride: 2, first: 3, head: 6, stageLayers: [2, 1] },
    groups: [
      { channels: 4, layers: 2, stride: 1 },
      { channels: 5, layers: 1, stride: 2 },
    ],
    candidates: [
      { kernel: 3, expansion: 2 },
      { kernel: 5, expansion: 3 },
    ],
  },
  imageSize: 8,
};

/** A chain of blocks (plain sums) of the preset `mobile-tiny`, pruned at every level; one layer is gone. */
export function sampleChain(
  imageChannels: number,
  { table, imageSize }: ChainShape = { table: mobileSizes['mobile-tiny'], imageSize: 14 },
): Trained {
  const settings: MobileSearchSettings = structuredClone(mobilePresets['mobile-tiny']);
  settings.space = { ...table, id: 'mobile' };
  settings.data.imageSize = imageSize;
  const image = { size: imageSize, channels: imageChannels, classes: oddNames.length };
  const chain = createMobileSpace(settings.space, image, { form: evaluationForm });
  const masks = fullMasks(chain);
  const plan = buildPlan(chain, masks, chain.cells.length - 1, chain.stageEnds.length - 1);
  const whole = { plan, masks, parameters: migrateParameters(plan.table, null, 1, 0) };
  scatter(whole);
  const thresholds = plan.table.byName.get(`cells.${lostLayer}.operationThreshold`);
  if (thresholds) slice(whole.parameters.values, thresholds).fill(0.999);
  const { network } = commitLive(whole, everyLevel);
  const architecture = describeArchitecture({
    ...{ network, totals: superNetTotals(chain), settings },
    data: { name: oddSet, classNames: oddNames, imageSize, imageChannels },
    ...{ steps: 1, validationAccuracy: 0.5, targetReached: true },
  });
  const rebuilt = rebuildNetwork(architecture, 1);
  scatter(rebuilt);
  // Untrained, its logits would hardly differ.
  const { name } = rebuilt.plan.head;
  const classifier = parameter(rebuilt.plan.table, `${name}.weight`);
  const weights = slice(rebuilt.parameters.values, classifier);
  weights.forEach((weight, i) => (weights[i] = 5 * weight));
  return trainedFrom(architecture, rebuilt);
}

function trainedFrom(architecture: Architecture, network: Network): Trained {
  const channels = architecture.dataset.imageChannels;
  return {
    ...sampleTrained(),
    architecture,
    normalization: {
      mean: [72.9, 80, 90].slice(0, channels),
      deviation: [80.5, 70, 60].slice(0, channels),
    },
    ...describeValues(network),
  };
}
