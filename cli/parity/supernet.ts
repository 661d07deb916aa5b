/** Five optimizer steps of a whole super-net against those of the released program. */
import { buildPlan, fullMasks } from '../../src/domain/spaces/build-plan.ts';
import type { NetworkPlan } from '../../src/domain/spaces/plan.ts';
import type { Batch, StepHyper } from '../../src/engine/supernet/stepper.ts';
import { checkMask, relativeError } from './compare.ts';
import type { Check } from './compare.ts';
import type { GradientStepper } from './kernels.ts';
import { parseAs, ReferenceError } from './reference.ts';
import { elements, placed, slice, spaceOf, SupernetSchema, toOurs } from './supernet-arrays.ts';
import type { Supernet } from './supernet-arrays.ts';

/**
 * Losses: the 1e-2 that the reference asks for. What one pass gives is held to the 1e-4 of single operations; what went
 * through all steps, gathering rounding, to the same as the losses, kind by kind.
 */
export const tolerances = { losses: 1e-2, first: 1e-4, final: 1e-2 };

/** The numbers of the released program at the time of the reference (field `what`). */
export const releasedHyper: Omit<StepHyper, 'lambda' | 'sizeCells'> = {
  mu: 0,
  momentum: 0.9,
  decay: 3e-4,
  clipNorm: 5,
  rates: { weight: 0.01, alpha: 1, gate: 1, threshold: 0.1, weightThreshold: 0.001 },
  update: {
    weight: 'train',
    alpha: 'train',
    gate: 'train',
    threshold: 'train',
    weightThreshold: 'train',
  },
};

/** @throws ReferenceError when the file does not describe a super-net that the DARTS space can hold. */
export async function checkSupernet(
  content: unknown,
  file: string,
  stepper: GradientStepper,
): Promise<Check[]> {
  const reference = parseAs(SupernetSchema, content, file);
  const space = spaceOf(reference, file);
  const stage = space.stageEnds.length - 1;
  const plan = buildPlan(space, fullMasks(space), space.cells.length - 1, stage);
  const parameters = toOurs(reference.initial, plan, file);
  const batch: Batch = {
    images: reference.x.data,
    labels: Int32Array.from(reference.labels),
    size: reference.x.shape[0]!,
  };
  const hyper: StepHyper = {
    ...releasedHyper,
    lambda: reference.lambda,
    sizeCells: [stage === 0 ? 0 : space.stageEnds[stage - 1]! + 1, space.cells.length - 1],
  };
  await stepper.load(plan, parameters, {
    batchSize: batch.size,
    granularities: { operation: true, filter: true, weight: true },
  });
  const checks: Check[] = [];
  const check = (
    name: string,
    actual: ArrayLike<number>,
    expected: ArrayLike<number>,
    tolerance: number,
  ): void => {
    checks.push({ name, error: relativeError(actual, expected), tolerance });
  };

  check(
    'first logits',
    await stepper.logits(batch, 'batch'),
    reference.first.logits.data,
    tolerances.first,
  );
  const gradient = await stepper.gradients(batch, hyper);
  await stepper.readMetrics();
  reference.first.dAlpha.forEach((expected, c) => {
    check(
      `first dAlpha of cell ${c}`,
      slice(gradient, plan, `cells.${c}.alpha`),
      expected.data,
      tolerances.first,
    );
  });
  const norms = Object.entries(reference.firstGradNorms).map(([name, norm]) => {
    const part = slice(gradient, plan, placed(name, plan, file).name);
    return { actual: Math.hypot(...part), expected: norm };
  });
  check(
    'first gradient norms by parameter',
    norms.map((n) => n.actual),
    norms.map((n) => n.expected),
    tolerances.first,
  );

  for (let i = 0; i < reference.trace.length; i++) await stepper.step(batch, hyper);
  const metrics = await stepper.readMetrics();
  reference.trace.forEach((expected, i) => {
    const step = `step ${i + 1}`;
    check(
      `${step} cross entropy`,
      [metrics[i]!.crossEntropy],
      [expected.crossEntropy],
      tolerances.losses,
    );
    check(
      `${step} size regularizer`,
      [metrics[i]!.sizeRegularizer],
      [expected.sizeRegularizer],
      tolerances.losses,
    );
    check(
      `${step} threshold regularizer`,
      [metrics[i]!.thresholdRegularizer],
      [expected.thresholdRegularizer],
      tolerances.losses,
    );
    check(
      `${step} gradient norm`,
      [metrics[i]!.gradientNorm],
      [expected.gradNorm],
      tolerances.losses,
    );
  });

  const { values } = await stepper.read();
  checks.push(
    ...checkFinal(reference, plan, values, file),
    ...checkMasksAfter(reference, plan, values, file),
  );
  return checks;
}

/** What kind of parameter a name of ours is, for the report. */
export function kindOf(name: string): string {
  if (/\.alpha$/.test(name)) return 'alpha';
  if (/\.gate$/.test(name)) return 'gates';
  if (/weightThreshold$/.test(name)) return 'weight thresholds';
  if (/filterThreshold$|FilterThreshold$/.test(name)) return 'filter thresholds';
  if (/operationThreshold$/.test(name)) return 'operation thresholds';
  return /\.norm\.|\.bias$/.test(name) ? 'norms and biases' : 'convolutions';
}

/** The final parameters by kind, each kind as one vector; and how far each kind *moved*, where small steps show. */
function checkFinal(
  reference: Supernet,
  plan: NetworkPlan,
  values: Float32Array,
  file: string,
): Check[] {
  const kinds = new Map<string, { actual: number[]; expected: number[]; start: number[] }>();
  for (const [name, array] of Object.entries(reference.final)) {
    const place = placed(name, plan, file);
    const group = kindOf(place.name);
    const lists = kinds.get(group) ?? { actual: [], expected: [], start: [] };
    kinds.set(group, lists);
    lists.actual.push(...elements(values, plan, place));
    lists.expected.push(...array.data);
    lists.start.push(...(reference.initial[name]?.data ?? []));
  }
  return [...kinds].flatMap(([group, { actual, expected, start }]) => [
    { name: `final ${group}`, error: relativeError(actual, expected), tolerance: tolerances.final },
    {
      name: `change of ${group}`,
      error: relativeError(
        actual.map((a, i) => a - start[i]!),
        expected.map((e, i) => e - start[i]!),
      ),
      tolerance: tolerances.final,
    },
  ]);
}

/** Which operations would be committed after the last step: over their thresholds, or the last of their node. */
function checkMasksAfter(
  reference: Supernet,
  plan: NetworkPlan,
  values: Float32Array,
  file: string,
): Check[] {
  const { edges, operations } = plan.space;
  return Object.entries(reference.masksAfter).map(([name, expected]) => {
    const cell = /^cells\.(\d+)\.operations$/.exec(name)?.[1];
    if (cell === undefined)
      throw new ReferenceError(`${file}: field 'masksAfter.${name}': unknown`);
    const thresholds = slice(values, plan, `cells.${cell}.operationThreshold`);
    const margin = Array.from(
      slice(values, plan, `cells.${cell}.alpha`),
      (a, i) => 1 / (1 + Math.exp(-a)) - thresholds[i]!,
    );
    const mask = margin.map((m) => Number(m > 0));
    for (const node of new Set(edges.map((edge) => edge.to))) {
      const units = margin.flatMap((_, i) =>
        edges[Math.floor(i / operations.length)]!.to === node ? [i] : [],
      );
      if (units.every((i) => !mask[i]))
        mask[units.reduce((a, b) => (margin[b]! > margin[a]! ? b : a))] = 1;
    }
    return checkMask(`masks after, ${name}`, mask, expected.data, margin);
  });
}
