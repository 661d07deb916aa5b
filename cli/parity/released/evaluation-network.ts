/** Evaluation networks: a published one by its counts and logits, and a small one through a training step. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { importArchitecture } from '../../../src/engine/architecture/import/registry.ts';
import {
  filledImages,
  fillNetwork,
  targetOf,
} from '../../../src/engine/architecture/import/testing.ts';
import type { Fill } from '../../../src/engine/architecture/import/testing.ts';
import type { Network } from '../../../src/engine/granularity/network.ts';
import { rebuildNetwork, trainedLevels } from '../../../src/engine/train/rebuild.ts';
import type { Batch, StepHyper } from '../../../src/engine/supernet/stepper.ts';
import { checkEqual, relativeError } from '../compare.ts';
import type { Check } from '../compare.ts';
import type { GradientStepper } from '../kernels.ts';
import { NdArraySchema, parseAs, ReferenceError } from '../reference.ts';
import { slice } from '../supernet-arrays.ts';
import { releasedHyper } from '../supernet.ts';
import { PublishedCellsSchema } from './architecture.ts';
import { cellSettings } from '../../../src/domain/spaces/settings.ts';

const finite = v.pipe(v.number(), v.finite());
const whole = v.pipe(v.number(), v.integer(), v.minValue(0));
const arrays = v.record(v.string(), NdArraySchema);

/** Float32 sums in another order, through some tens of layers. */
const tolerance = 1e-5;
/** Of one differentiated pass. */
const gradientTolerance = 1e-4;

const PublishedSchema = v.object({
  architecture: v.string(),
  parameters: v.object({ withoutAuxiliaryHead: whole, withoutAuxiliaryHeadUnmasked: whole }),
  macs32x32: v.object({ total: whole, totalWithoutMaskedWeights: whole }),
  fill: v.looseObject({
    order: v.array(v.strictTuple([v.string(), v.array(whole)])),
    gain: finite,
    varBase: finite,
    tensorOffset: whole,
    imageK: whole,
  }),
  images: whole,
  logits: NdArraySchema,
  trainLogits: NdArraySchema,
});

const logitsCheck = (name: string, actual: Float32Array, expected: Float32Array): Check => ({
  name,
  error: relativeError(actual, expected),
  tolerance,
});

/** The file names its architecture, which lies beside it. */
export async function checkPublishedNetwork(
  content: unknown,
  file: string,
  stepper: GradientStepper,
): Promise<Check[]> {
  const reference = parseAs(PublishedSchema, content, file);
  const { parameters, macs32x32, fill, images: count } = reference;
  const name = reference.architecture;
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(readFileSync(join(dirname(file), name)));
  } catch (error) {
    throw new ReferenceError(`${file}: field 'architecture': ${(error as Error).message}`);
  }
  const { architecture } = importArchitecture([{ name, bytes }]);
  const network = rebuildNetwork(architecture, 1);
  fillNetwork(network, fill as Fill);
  const batch: Batch = {
    images: filledImages(fill as Fill, count, 32),
    labels: new Int32Array(count),
    size: count,
  };
  await load(stepper, network, count);
  const { dense, active } = architecture.parameters;
  return [
    checkEqual(`${dense} parameters`, dense, parameters.withoutAuxiliaryHead),
    checkEqual(`${active} of them unmasked`, active, parameters.withoutAuxiliaryHeadUnmasked),
    checkEqual(
      `${macs32x32.total} multiply-accumulates`,
      architecture.macs!.dense,
      macs32x32.total,
    ),
    checkEqual(
      'multiply-accumulates without masked weights',
      architecture.macs!.sparse,
      macs32x32.totalWithoutMaskedWeights,
    ),
    logitsCheck('logits', await stepper.logits(batch, 'running'), reference.logits.data),
    logitsCheck(
      'logits by batch statistics',
      await stepper.logits(batch, 'batch'),
      reference.trainLogits.data,
    ),
  ];
}

const SmallSchema = v.object({
  cells: PublishedCellsSchema,
  x: NdArraySchema,
  labels: v.array(whole),
  parameters: arrays,
  trainLogits: NdArraySchema,
  loss: finite,
  gradients: arrays,
  gradientNorm: finite,
  runningAfterOneStep: arrays,
  evalLogits: NdArraySchema,
});

/** One training pass of a network of which the file has every number. */
export async function checkTrainedNetwork(
  content: unknown,
  file: string,
  stepper: GradientStepper,
): Promise<Check[]> {
  const reference = parseAs(SmallSchema, content, file);
  const stem = reference.parameters['stem.0.weight']?.shape[3];
  const classes = reference.parameters['classifier.bias']?.shape[0];
  if (!stem || !classes)
    throw new ReferenceError(`${file}: field 'parameters': no stem or classifier`);
  const cells = (content as { cells: unknown }).cells;
  const channels = channelsFor(reference, stem, file);
  const bytes = new TextEncoder().encode(
    JSON.stringify({ initChannels: channels, stem: 3 * channels, classes, cells }),
  );
  const size = reference.x.shape[1]!;
  const { architecture } = importArchitecture([{ name: file, bytes }], { imageSize: size });
  cellSettings(architecture.settings.space).stemMultiplier = stem / channels;
  // What reads the stem: both inputs of the first cell, one of the second.
  for (const [cell, slot] of [
    [0, 0],
    [0, 1],
    [1, 0],
  ] as const) {
    const { inputs } = architecture.cells[cell]!.preprocess[slot]!;
    inputs.length = Math.min(inputs.length, stem);
  }
  const network = rebuildNetwork(architecture, 1);
  const { table } = network.plan;
  const place = (name: string): string => {
    const target = targetOf(network, name, (c, index) => {
      const { operation, from, to } = reference.cells[c]!.operations[index]!;
      return network.plan.cells[c]!.candidates.find(
        (k) => k.operation.name === operation && k.from === from && k.to === to,
      )!;
    });
    if (!target || !table.byName.has(target))
      throw new ReferenceError(`${file}: parameter '${name}' is of no known form`);
    return target;
  };
  const given = new Set<string>();
  for (const [name, { data }] of Object.entries(reference.parameters)) {
    const target = place(name);
    slice(network.parameters.values, network.plan, target).set(data);
    given.add(target);
  }
  const missing = table.specs.find(({ name, group }) => group === 'weight' && !given.has(name));
  if (missing)
    throw new ReferenceError(`${file}: field 'parameters': nothing for our '${missing.name}'`);
  const batch: Batch = {
    images: reference.x.data,
    labels: Int32Array.from(reference.labels),
    size: reference.labels.length,
  };
  await load(stepper, network, batch.size);
  const hyper: StepHyper = { ...still, sizeCells: [0, -1] };
  const checks = [
    logitsCheck(
      'logits by batch statistics',
      await stepper.logits(batch, 'batch'),
      reference.trainLogits.data,
    ),
  ];
  const gradients = await stepper.gradients(batch, hyper);
  const [metrics] = await stepper.readMetrics();
  const single = (name: string, actual: number, expected: number): Check => ({
    name,
    error: relativeError([actual], [expected]),
    tolerance,
  });
  checks.push(
    single('loss', metrics!.crossEntropy, reference.loss),
    single("norm of the weights' gradient", metrics!.gradientNorm, reference.gradientNorm),
  );
  for (const [name, { data }] of Object.entries(reference.gradients))
    checks.push({
      name: `gradient of ${name}`,
      error: relativeError(slice(gradients, network.plan, place(name)), data),
      tolerance: gradientTolerance,
    });
  await stepper.step(batch, hyper);
  const { values } = await stepper.read();
  for (const [name, { data }] of Object.entries(reference.runningAfterOneStep))
    checks.push({
      name: `${name} after one step`,
      error: relativeError(slice(values, network.plan, place(name)), data),
      tolerance,
    });
  checks.push(
    logitsCheck(
      'logits by running statistics',
      await stepper.logits(batch, 'running'),
      reference.evalLogits.data,
    ),
  );
  return checks;
}

/**
 * Nominal channels of a super-net that such a network can come from: the program's convolutions may be wider inside than
 * its cells, ours may not, so the cells are taken as pruned from wider ones.
 */
function channelsFor({ cells }: v.InferOutput<typeof SmallSchema>, stem: number, file: string) {
  const third = cells.length / 3;
  const least = cells.map(({ operations }, c) => {
    const reductions = Number(c >= Math.floor(third)) + Number(c >= Math.floor(2 * third));
    return Math.max(...operations.flatMap(({ widths }) => widths)) / 2 ** reductions;
  });
  for (let channels = 1; channels <= stem; channels++)
    if (stem % channels === 0 && channels >= Math.max(...least)) return channels;
  throw new ReferenceError(`${file}: field 'cells': wider than a stem of ${stem} filters`);
}

/** Moves nothing but the running statistics. */
const still: Omit<StepHyper, 'sizeCells'> = {
  ...releasedHyper,
  lambda: 0,
  decay: 0,
  clipNorm: 0,
  rates: { weight: 0, alpha: 0, gate: 0, threshold: 0, weightThreshold: 0 },
};

async function load(stepper: GradientStepper, network: Network, batchSize: number): Promise<void> {
  await stepper.load(network.plan, network.parameters, {
    batchSize,
    granularities: trainedLevels,
  });
}
