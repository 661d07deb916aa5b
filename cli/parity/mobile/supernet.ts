/**
 * A MobileNet-like super-net: one pass of its first stage, one of its last, and five optimizer steps.
 * Over 250 lines: one pass, its gradients and five steps check the same loaded network.
 */
import * as v from 'valibot';
import { buildPlan, fullMasks } from '../../../src/domain/spaces/build-plan.ts';
import { parameter } from '../../../src/domain/graph/layout.ts';
import type { NetworkParameters } from '../../../src/domain/graph/parameters.ts';
import type { MobileTable } from '../../../src/domain/spaces/mobile-table.ts';
import type { NetworkPlan, UnitMasks } from '../../../src/domain/spaces/plan.ts';
import { liveUnits } from '../../../src/engine/granularity/live.ts';
import { migrateParameters } from '../../../src/engine/supernet/parameters.ts';
import type { Batch, StepHyper } from '../../../src/engine/supernet/stepper.ts';
import { checkEqual, relativeError } from '../compare.ts';
import type { Check } from '../compare.ts';
import type { GradientStepper } from '../kernels.ts';
import { NdArraySchema, parseAs, ReferenceError } from '../reference.ts';
import type { NdArray } from '../reference.ts';
import { releasedHyper, tolerances } from '../supernet.ts';
import { commitUnits, placeOf } from './names.ts';
import { spaceOf, SpaceSchema } from './table.ts';

const finite = v.pipe(v.number(), v.finite());
const metrics = {
  crossEntropy: finite,
  sizeRegularizer: finite,
  thresholdRegularizer: finite,
  gradNorm: finite,
};
const arrays = v.record(v.string(), NdArraySchema);

const FileSchema = v.object({
  space: SpaceSchema,
  lambda: finite,
  x: NdArraySchema,
  labels: v.array(v.pipe(v.number(), v.integer(), v.minValue(0))),
  committedOperationMasks: v.array(NdArraySchema),
  initial: arrays,
  stageOne: v.object({
    ...metrics,
    auxiliary: v.object({ weight: NdArraySchema, bias: NdArraySchema }),
    logits: NdArraySchema,
    dAlpha: v.array(NdArraySchema),
  }),
  first: v.object({
    logits: NdArraySchema,
    operationMasks: v.array(NdArraySchema),
    dAlpha: v.array(NdArraySchema),
    dOperationThresholds: v.array(NdArraySchema),
  }),
  firstGradNorms: v.record(v.string(), finite),
  trace: v.pipe(v.array(v.object(metrics)), v.minLength(1)),
  final: arrays,
  masksAfter: arrays,
});
type Reference = v.InferOutput<typeof FileSchema>;

interface Case {
  readonly reference: Reference;
  readonly file: string;
  readonly table: MobileTable;
  readonly masks: UnitMasks;
  readonly batch: Batch;
  readonly stepper: GradientStepper;
}

/** @throws ReferenceError when the file does not describe a super-net of this space. */
export async function checkMobileSupernet(
  content: unknown,
  file: string,
  stepper: GradientStepper,
): Promise<Check[]> {
  const reference = parseAs(FileSchema, content, file);
  const { space, table } = spaceOf(reference.space, file);
  const masks = fullMasks(space);
  commitUnits(
    Object.fromEntries(
      reference.committedOperationMasks.map((mask, l) => [
        `layers.${l}.committedOperationMask`,
        mask,
      ]),
    ),
    table,
    masks,
    file,
  );
  const batch: Batch = {
    images: reference.x.data,
    labels: Int32Array.from(reference.labels),
    size: reference.x.shape[0]!,
  };
  const plans = space.stageEnds.map((end, stage) => buildPlan(space, masks, end, stage));
  const one: Case = { reference, file, table, masks, batch, stepper };
  return [...(await checkStageOne(one, plans[0]!)), ...(await checkSteps(one, plans.at(-1)!))];
}

/** The file's layers of the stage that the plan trains are searched. */
function hyperOf({ reference }: Case, { space, stage, endCell }: NetworkPlan): StepHyper {
  const first = stage === 0 ? 0 : space.stageEnds[stage - 1]! + 1;
  return { ...releasedHyper, lambda: reference.lambda, sizeCells: [first, endCell] };
}

async function load({ stepper, batch }: Case, plan: NetworkPlan, parameters: NetworkParameters) {
  await stepper.load(plan, parameters, {
    batchSize: batch.size,
    granularities: { operation: true, filter: true, weight: true },
  });
}

async function checkStageOne(one: Case, plan: NetworkPlan): Promise<Check[]> {
  const { stageOne, initial } = one.reference;
  const names = Object.keys(initial).filter((name) => {
    const layer = /^layers\.(\d+)\./.exec(name);
    return layer ? Number(layer[1]) <= plan.endCell : !name.startsWith('head.');
  });
  const parameters = toOurs(one, plan, {
    ...Object.fromEntries(names.map((name) => [name, initial[name]])),
    'head.classifier.weight': stageOne.auxiliary.weight,
    'head.classifier.bias': stageOne.auxiliary.bias,
  });
  await load(one, plan, parameters);
  const hyper = hyperOf(one, plan);
  const logits = await one.stepper.logits(one.batch, 'batch');
  const gradient = await one.stepper.gradients(one.batch, hyper);
  const [measured] = await one.stepper.readMetrics();
  const near = (name: string, actual: ArrayLike<number>, expected: ArrayLike<number>): Check => ({
    ...{ name: `stage 1, ${name}`, error: relativeError(actual, expected) },
    tolerance: tolerances.first,
  });
  return [
    near('logits', logits, stageOne.logits.data),
    ...stageOne.dAlpha.map((expected, l) =>
      near(`dAlpha of layer ${l}`, slice(gradient, plan, `cells.${l}.alpha`), expected.data),
    ),
    near('cross entropy', [measured!.crossEntropy], [stageOne.crossEntropy]),
    near('size regularizer', [measured!.sizeRegularizer], [stageOne.sizeRegularizer]),
    near(
      'threshold regularizer',
      [measured!.thresholdRegularizer],
      [stageOne.thresholdRegularizer],
    ),
    near('gradient norm', [measured!.gradientNorm], [stageOne.gradNorm]),
  ];
}

async function checkSteps(one: Case, plan: NetworkPlan): Promise<Check[]> {
  const { reference, stepper, batch } = one;
  const hyper = hyperOf(one, plan);
  const parameters = toOurs(one, plan, reference.initial);
  await load(one, plan, parameters);
  const checks: Check[] = [];
  const check = (
    name: string,
    actual: ArrayLike<number>,
    expected: ArrayLike<number>,
    tolerance: number,
  ): void => void checks.push({ name, error: relativeError(actual, expected), tolerance });

  const logits = await stepper.logits(batch, 'batch');
  check('first logits', logits, reference.first.logits.data, tolerances.first);
  const gradient = await stepper.gradients(batch, hyper);
  await stepper.readMetrics();
  for (const [field, name] of [
    ['dAlpha', 'alpha'],
    ['dOperationThresholds', 'operationThreshold'],
  ] as const)
    reference.first[field].forEach((expected, l) =>
      check(
        `first ${field} of layer ${l}`,
        slice(gradient, plan, `cells.${l}.${name}`),
        expected.data,
        tolerances.first,
      ),
    );
  const norms = Object.entries(reference.firstGradNorms).map(([name, expected]) => ({
    actual: Math.hypot(...elements(gradient, plan, placed(one, plan, name))),
    expected,
  }));
  check(
    'first gradient norms by parameter',
    norms.map(({ actual }) => actual),
    norms.map(({ expected }) => expected),
    tolerances.first,
  );
  checks.push(...checkMasks('first', one, plan, parameters, reference.first.operationMasks));

  for (let i = 0; i < reference.trace.length; i++) await stepper.step(batch, hyper);
  const measured = await stepper.readMetrics();
  reference.trace.forEach((expected, i) => {
    const pairs = {
      'cross entropy': [measured[i]!.crossEntropy, expected.crossEntropy],
      'size regularizer': [measured[i]!.sizeRegularizer, expected.sizeRegularizer],
      'threshold regularizer': [measured[i]!.thresholdRegularizer, expected.thresholdRegularizer],
      'gradient norm': [measured[i]!.gradientNorm, expected.gradNorm],
    };
    for (const [what, [actual, wanted]] of Object.entries(pairs))
      check(`step ${i + 1} ${what}`, [actual!], [wanted!], tolerances.losses);
  });

  const trained = await stepper.read();
  const after = Object.entries(reference.masksAfter).map(([name, mask]) => {
    const layer = /^layers\.(\d+)\.operations$/.exec(name)?.[1];
    if (layer === undefined)
      throw new ReferenceError(`${one.file}: field 'masksAfter.${name}': unknown`);
    return [Number(layer), mask] as const;
  });
  after.sort(([a], [b]) => a - b);
  return [
    ...checks,
    ...checkFinal(one, plan, trained.values),
    ...checkMasks(
      'after',
      one,
      plan,
      trained,
      after.map(([, mask]) => mask),
    ),
  ];
}

/** Which operations survive at these values: by layer. */
function checkMasks(
  when: string,
  { masks }: Case,
  plan: NetworkPlan,
  parameters: NetworkParameters,
  expected: readonly NdArray[],
): Check[] {
  const alive = liveUnits(
    { plan, masks, parameters },
    { granularities: { operation: true, filter: false, weight: false }, held: () => false },
  );
  return expected.map(({ data }, l) =>
    checkEqual(`${when}, operations of layer ${l}`, [...alive.operations[l]!], [...data]),
  );
}

/** What kind of parameter a reference's name is, for the report. */
function kind(name: string): string {
  const last = name.split('.').at(-1)!;
  const kinds: Record<string, string> = {
    alpha: 'alpha',
    gateLogits: 'gates',
    operationThresholds: 'operation thresholds',
    filterThreshold: 'filter thresholds',
    weightThreshold: 'weight thresholds',
  };
  return kinds[last] ?? (/gamma|beta|bias/.test(last) ? 'norms and biases' : 'convolutions');
}

/** The final parameters by kind, each kind as one vector; and how far each kind moved, where small steps show. */
function checkFinal(one: Case, plan: NetworkPlan, values: Float32Array): Check[] {
  const { final, initial } = one.reference;
  const kinds = new Map<string, { actual: number[]; expected: number[]; start: number[] }>();
  for (const [name, { data }] of Object.entries(final)) {
    const lists = kinds.get(kind(name)) ?? { actual: [], expected: [], start: [] };
    kinds.set(kind(name), lists);
    lists.actual.push(...elements(values, plan, placed(one, plan, name)));
    lists.expected.push(...data);
    lists.start.push(...(initial[name]?.data ?? []));
  }
  const tolerance = tolerances.final;
  return [...kinds].flatMap(([group, { actual, expected, start }]) => {
    const moved = (all: number[]): number[] => all.map((value, i) => value - start[i]!);
    return [
      { name: `final ${group}`, error: relativeError(actual, expected), tolerance },
      {
        ...{ name: `change of ${group}`, tolerance },
        error: relativeError(moved(actual), moved(expected)),
      },
    ];
  });
}

function placed({ table, file }: Case, plan: NetworkPlan, name: string) {
  const place = placeOf(name, table, plan.head.name);
  if (!place || !plan.table.byName.has(place.name))
    throw new ReferenceError(`${file}: parameter '${name}' is of no known form`);
  return place;
}

function slice(packed: Float32Array, plan: NetworkPlan, name: string): Float32Array {
  const { offset, size } = parameter(plan.table, name);
  return packed.subarray(offset, offset + size);
}

function elements(
  packed: Float32Array,
  plan: NetworkPlan,
  { name, element }: { name: string; element: number | null },
): Float32Array {
  const all = slice(packed, plan, name);
  return element === null ? all : all.subarray(element, element + 1);
}

/** @throws ReferenceError for an array of the wrong size, or when a trained array of the plan is not given. */
function toOurs(
  one: Case,
  plan: NetworkPlan,
  given: Readonly<Record<string, NdArray>>,
): NetworkParameters {
  const parameters = migrateParameters(plan.table, null, 1, 0);
  const known = new Set<string>();
  for (const [name, { data }] of Object.entries(given)) {
    const place = placed(one, plan, name);
    const target = elements(parameters.values, plan, place);
    if (target.length !== data.length)
      throw new ReferenceError(
        `${one.file}: field 'initial.${name}': ${data.length} numbers, expected ${target.length}`,
      );
    target.set(data);
    known.add(place.name);
  }
  // A layer whose candidates are all gone has thresholds that nobody gives.
  const missing = plan.table.specs.find(
    ({ name, group }) => group === 'weight' && !known.has(name),
  );
  if (missing)
    throw new ReferenceError(
      `${one.file}: field 'initial': nothing for our parameter '${missing.name}'`,
    );
  return parameters;
}
