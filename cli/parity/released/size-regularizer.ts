/** The size regularizer with its parameter-aware factor, and all of its gradients, after committed pruning. */
import * as v from 'valibot';
import { operationNames } from '../../../src/domain/operations/registry.ts';
import { parameter } from '../../../src/domain/graph/layout.ts';
import { buildPlan, fullMasks } from '../../../src/domain/spaces/build-plan.ts';
import { createSpace } from '../../../src/domain/spaces/cells.ts';
import type { NetworkPlan } from '../../../src/domain/spaces/plan.ts';
import { migrateParameters } from '../../../src/engine/supernet/parameters.ts';
import type { Batch, StepHyper } from '../../../src/engine/supernet/stepper.ts';
import { relativeError } from '../compare.ts';
import type { Check } from '../compare.ts';
import type { GradientStepper } from '../kernels.ts';
import { NdArraySchema, parseAs, ReferenceError } from '../reference.ts';
import { elements, placed, slice } from '../supernet-arrays.ts';
import { kindOf, releasedHyper } from '../supernet.ts';
import { committedMasks } from './committed.ts';

const finite = v.pipe(v.number(), v.finite());
const arrays = v.record(v.string(), NdArraySchema);

const SizeRegularizerSchema = v.object({
  operations: v.array(v.picklist(operationNames)),
  mu: finite,
  initial: arrays,
  committed: arrays,
  value: v.object({ stage1: finite, stage2: finite, stage3: finite, joint: finite }),
  valueMuZero: v.object({ stage1: finite, stage2: finite, stage3: finite }),
  gradients: arrays,
});

/** So large that the loss is the regularizers' alone, but for rounding. */
const lambda = 1e4;
/** Single precision, through a thousand weights. */
const tolerances = { value: 1e-6, gradient: 1e-4 };

export async function checkSizeRegularizer(
  content: unknown,
  file: string,
  stepper: GradientStepper,
): Promise<Check[]> {
  const reference = parseAs(SizeRegularizerSchema, content, file);
  const { operations, initial, mu, value, valueMuZero, gradients } = reference;
  const channels = initial['cells.0.preprocess1.gateLogits']?.shape[0];
  if (channels === undefined)
    throw new ReferenceError(`${file}: field 'initial.cells.0.preprocess1.gateLogits' is missing`);
  const space = createSpace(
    { cells: 3, nodes: 2, channels, stages: 3, stemMultiplier: 3, operations },
    { size: 8, channels: 3, classes: 10 },
  );
  const { masks, arrays: committed } = committedMasks(reference.committed, space, file);
  // The program keeps committed filters as zeros until its stage's end: they still count in G. Only operations are gone.
  const plan = buildPlan(space, { ...fullMasks(space), operations: masks.operations }, 2, 2);
  const parameters = migrateParameters(plan.table, null, 1, 0);
  for (const [name, array] of Object.entries(initial)) {
    const place = placeIn(name, plan, file);
    if (place) elements(parameters.values, plan, place).set(array.data);
  }
  for (const [name, { data }] of committed) {
    const spec = plan.table.byName.get(name);
    if (spec) parameters.weightMask.set(data, spec.offset);
  }
  await stepper.load(plan, parameters, {
    batchSize: 2,
    granularities: { operation: true, filter: true, weight: true },
  });
  const batch: Batch = { images: new Float32Array(2 * 64 * 3), labels: new Int32Array(2), size: 2 };
  const run = async (sizeCells: StepHyper['sizeCells'], weight: number, l = lambda) => {
    const hyper = { ...releasedHyper, lambda: l, sizeCells, mu: weight * 1e-6 };
    const gradient = await stepper.gradients(batch, hyper);
    const [metrics] = await stepper.readMetrics();
    return { gradient, size: metrics!.sizeRegularizer };
  };
  const checks: Check[] = [];
  for (const [stage, cells] of [
    ['stage1', [0, 0]],
    ['stage2', [1, 1]],
    ['stage3', [2, 2]],
  ] as const) {
    for (const [name, weight, expected] of [
      [`R of ${stage}`, mu, value[stage]],
      [`R of ${stage}, mu 0`, 0, valueMuZero[stage]],
    ] as const) {
      const { size } = await run(cells, weight);
      checks.push({ name, error: relativeError([size], [expected]), tolerance: tolerances.value });
    }
  }
  const { gradient, size } = await run([0, 2], mu);
  checks.push({
    name: 'R of the joint stage',
    error: relativeError([size], [value.joint]),
    tolerance: tolerances.value,
  });
  const { gradient: without } = await run([0, 2], mu, 0);
  const own = gradient.map((g, i) => (g - without[i]!) / lambda);
  addThresholdTerm(own, plan, parameters.values);
  return [...checks, ...checkGradients(own, plan, gradients, masks.operations, file)];
}

/** The threshold regularizer pushes every threshold of a survivor by -exp(-t): taken off, what is left is R's. */
function addThresholdTerm(own: Float32Array, plan: NetworkPlan, values: Float32Array): void {
  for (const cell of plan.cells) {
    const push = (name: string, element: number): void => {
      const at = parameter(plan.table, `cells.${cell.shape.index}.${name}`).offset + element;
      own[at]! += Math.exp(-values[at]!);
    };
    for (const { slot } of cell.preprocess) push('preprocessFilterThreshold', slot);
    for (const { unit, blocks } of cell.candidates) {
      push('operationThreshold', unit);
      if (blocks.length === 0) continue;
      push('filterThreshold', unit);
      push('weightThreshold', unit);
    }
  }
}

/** By kind, what the file leaves out being zero. */
function checkGradients(
  own: Float32Array,
  plan: NetworkPlan,
  gradients: Readonly<Record<string, { data: Float32Array }>>,
  operations: readonly Uint8Array[],
  file: string,
): Check[] {
  const expected = new Float32Array(own.length);
  for (const [name, array] of Object.entries(gradients)) {
    const place = placeIn(name, plan, file);
    if (place) elements(expected, plan, place).set(array.data);
    else if (array.data.some((g) => g !== 0))
      throw new ReferenceError(`${file}: field 'gradients.${name}': of an operation that is gone`);
  }
  // A commit takes an operation out; the program lowers its alpha by 10000 instead.
  operations.forEach((mask, c) => {
    const alpha = slice(own, plan, `cells.${c}.alpha`);
    mask.forEach((alive, unit) => {
      if (!alive) alpha[unit] = 0;
    });
  });
  const kinds = new Map<string, { actual: number[]; expected: number[] }>();
  for (const spec of plan.table.specs) {
    if (spec.group === 'statistic' || (spec.group === 'weight' && !spec.maskedBy)) continue;
    const kind = kindOf(spec.name);
    const lists = kinds.get(kind) ?? { actual: [], expected: [] };
    kinds.set(kind, lists);
    lists.actual.push(...slice(own, plan, spec.name));
    lists.expected.push(...slice(expected, plan, spec.name));
  }
  return [...kinds].map(([kind, lists]) => ({
    name: `gradients of R: ${kind}`,
    error: relativeError(lists.actual, lists.expected),
    tolerance: tolerances.gradient,
  }));
}

/** Null for what a commit took out of our network. */
function placeIn(name: string, plan: NetworkPlan, file: string): ReturnType<typeof placed> | null {
  try {
    return placed(name, plan, file);
  } catch (error) {
    if (/^cells\.\d+\.(_ops|edges)\./.test(name)) return null;
    throw error;
  }
}
