/**
 * Steps of a search across a commit. The program keeps what it committed as zeros; the engine removes it, which changes no
 * output. So the losses of all steps are compared, and in the end every number of what is still there.
 */
import * as v from 'valibot';
import { operationNames } from '../../../src/domain/operations/registry.ts';
import { parameter } from '../../../src/domain/graph/layout.ts';
import { buildPlan, fullMasks } from '../../../src/domain/spaces/build-plan.ts';
import type { UnitMasks } from '../../../src/domain/spaces/plan.ts';
import { compact } from '../../../src/engine/granularity/commit.ts';
import { liveUnits, liveWeights } from '../../../src/engine/granularity/live.ts';
import type { Network } from '../../../src/engine/granularity/network.ts';
import type { Batch, StepHyper, StepMetrics } from '../../../src/engine/supernet/stepper.ts';
import { checkMask, relativeError } from '../compare.ts';
import type { Check } from '../compare.ts';
import type { GradientStepper } from '../kernels.ts';
import { NdArraySchema, parseAs, ReferenceError } from '../reference.ts';
import { slice, spaceOf, toOurs } from '../supernet-arrays.ts';
import { releasedHyper, tolerances } from '../supernet.ts';
import { committedMasks } from './committed.ts';
import { checkEnd } from './moved-parameters.ts';

const finite = v.pipe(v.number(), v.finite());
const arrays = v.record(v.string(), NdArraySchema);

const DynamicsSchema = v.object({
  lambda: finite,
  operations: v.array(v.picklist(operationNames)),
  x: NdArraySchema,
  labels: v.array(v.array(v.pipe(v.number(), v.integer(), v.minValue(0)))),
  initial: arrays,
  trace: v.array(
    v.object({
      crossEntropy: finite,
      sizeRegularizer: finite,
      thresholdRegularizer: finite,
      gradNorm: finite,
    }),
  ),
  committedAfter: arrays,
  alphaBeforeRemoval: v.array(NdArraySchema),
  final: arrays,
});
type Dynamics = v.InferOutput<typeof DynamicsSchema>;

const granularities = { operation: true, filter: true, weight: true };
const everyLevel = { granularities, held: () => false };
/** Masks are committed in the last step of the first half. */
const halves = 2;
/** So close to its threshold a weight falls to either side by rounding: the file states margins down to 1e-7. */
const weightMargin = 1e-5;

export async function checkTrainingDynamics(
  content: unknown,
  file: string,
  stepper: GradientStepper,
): Promise<Check[]> {
  const reference = parseAs(DynamicsSchema, content, file);
  const { x, initial, trace, lambda } = reference;
  const [steps, size, ...image] = x.shape as [number, number, ...number[]];
  if (steps !== trace.length || trace.length % halves !== 0)
    throw new ReferenceError(`${file}: field 'trace': ${trace.length} steps of ${steps} batches`);
  const first = { ...x, shape: [size, ...image] };
  const space = spaceOf({ ...reference, x: first, initial }, file);
  const stage = space.stageEnds.length - 1;
  const masks = fullMasks(space);
  const plan = buildPlan(space, masks, space.cells.length - 1, stage);
  const network: Network = { plan, masks, parameters: toOurs(initial, plan, file) };
  const hyper: StepHyper = {
    ...releasedHyper,
    lambda,
    sizeCells: [stage === 0 ? 0 : space.stageEnds[stage - 1]! + 1, space.cells.length - 1],
  };
  const elementsOf = size * image.reduce((a, b) => a * b, 1);
  const batch = (i: number): Batch => ({
    images: x.data.subarray(i * elementsOf, (i + 1) * elementsOf),
    labels: Int32Array.from(reference.labels[i]!),
    size,
  });
  const run = async (from: number, to: number): Promise<StepMetrics[]> => {
    for (let i = from; i < to; i++) await stepper.step(batch(i), hyper);
    return stepper.readMetrics();
  };
  const load = ({ plan: loaded, parameters }: Network): Promise<void> =>
    stepper.load(loaded, parameters, { batchSize: size, granularities });

  await load(network);
  const half = steps / halves;
  const before = await run(0, half - 1);
  // The masks of the commit are those of its step's forward pass, before that step's update.
  const judged = { ...network, parameters: await stepper.read() };
  const units = liveUnits(judged, everyLevel);
  const weightMask = liveWeights(judged, everyLevel);
  before.push(...(await run(half - 1, half)));
  const trained = { ...network, parameters: { ...(await stepper.read()), weightMask } };
  const compacted = compact(trained, units);
  await load(compacted);
  const after = await run(half, steps);
  const end = { ...compacted, parameters: await stepper.read() };
  return [
    ...checkTrace(reference, [...before, ...after], pushedByPruned(judged, units), half - 1),
    ...checkCommitted(reference, judged, units, weightMask, file),
    ...reference.alphaBeforeRemoval.map((expected, c) => ({
      name: `alpha of cell ${c} before the removal`,
      error: relativeError(
        slice(trained.parameters.values, plan, `cells.${c}.alpha`),
        expected.data,
      ),
      tolerance: tolerances.final,
    })),
    ...checkEnd(reference, { end, plan, masks: units }, file),
  ];
}

/** What the thresholds of operations that this commit prunes add to the threshold regularizer. */
function pushedByPruned({ plan, parameters }: Network, units: UnitMasks): number {
  let sum = 0;
  for (const { shape, candidates } of plan.cells)
    for (const { unit, blocks } of candidates) {
      if (units.operations[shape.index]![unit]) continue;
      for (const level of ['operation', ...(blocks.length > 0 ? ['filter', 'weight'] : [])]) {
        const at = parameter(plan.table, `cells.${shape.index}.${level}Threshold`).offset + unit;
        sum += Math.exp(-parameters.values[at]!);
      }
    }
  return sum;
}

/** @param pushed the program's threshold term has the commit's masks in the commit's step already: `commit`. */
function checkTrace(
  { trace }: Dynamics,
  metrics: readonly StepMetrics[],
  pushed: number,
  commit: number,
): Check[] {
  const check = (name: string, actual: (i: number) => number, expected: (i: number) => number) => ({
    name,
    error: Math.max(...trace.map((_, i) => relativeError([actual(i)], [expected(i)]))),
    tolerance: tolerances.first,
  });
  return [
    check(
      `cross entropy of ${trace.length} steps`,
      (i) => metrics[i]!.crossEntropy,
      (i) => trace[i]!.crossEntropy,
    ),
    check(
      'size regularizer',
      (i) => metrics[i]!.sizeRegularizer,
      (i) => trace[i]!.sizeRegularizer,
    ),
    check(
      'threshold regularizer',
      (i) => metrics[i]!.thresholdRegularizer - (i === commit ? pushed : 0),
      (i) => trace[i]!.thresholdRegularizer,
    ),
    check(
      "norm of the weights' gradient",
      (i) => metrics[i]!.gradientNorm,
      (i) => trace[i]!.gradNorm,
    ),
  ];
}

function checkCommitted(
  { committedAfter }: Dynamics,
  { plan, parameters }: Network,
  units: UnitMasks,
  weightMask: Uint8Array,
  file: string,
): Check[] {
  const { masks, arrays: committed } = committedMasks(committedAfter, plan.space, file);
  const mask = (name: string, actual: ArrayLike<number>, expected: ArrayLike<number>): Check =>
    checkMask(
      name,
      actual,
      expected,
      Array.from(actual, () => 1),
    );
  const flat = (all: readonly Uint8Array[]): number[] => all.flatMap((one) => [...one]);
  const groups = [...committed].filter(([name]) => name.endsWith('.gate'));
  const filters = groups.map(([name]) => units.filters[name.slice(0, -'.gate'.length)]!);
  let [wrong, undecided, all] = [0, 0, 0];
  for (const [name, array] of committed) {
    const spec = plan.table.byName.get(name);
    if (!spec?.maskedBy) continue;
    const threshold = slice(parameters.values, plan, `cells.${spec.maskedBy.cell}.weightThreshold`)[
      spec.maskedBy.unit
    ]!;
    array.data.forEach((expected, i) => {
      const at = spec.offset + i;
      all++;
      if (weightMask[at] === expected) return;
      if (Math.abs(Math.abs(parameters.values[at]!) - threshold) < weightMargin) undecided++;
      else wrong++;
    });
  }
  return [
    mask('committed operations', flat(units.operations), flat(masks.operations)),
    mask(
      'committed filters',
      flat(filters),
      groups.flatMap(([, { data }]) => [...data]),
    ),
    {
      name: `committed weights, but for ${undecided} within ${weightMargin} of their threshold`,
      error: wrong / all,
      tolerance: 0,
    },
  ];
}
