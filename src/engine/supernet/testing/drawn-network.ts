/** Networks drawn from a seed, and how far two steppers are apart on one. */
import { randomStream } from '../../random.ts';
import type { RandomStream } from '../../random.ts';
import { stepHyper } from '../../search/schedule.ts';
import { paperSettings } from '../../../domain/settings/presets.ts';
import type { Granularity } from '../../../domain/granularities.ts';
import type { CellSettings } from '../../../domain/spaces/cells-settings.ts';
import type { NetworkForm } from '../../../domain/architecture/schema.ts';
import { createSpace } from '../../../domain/spaces/cells.ts';
import type { SpaceShape } from '../../../domain/spaces/cells.ts';
import { createMobileSpace } from '../../../domain/spaces/mobile.ts';
import type { MobileTable } from '../../../domain/spaces/mobile-table.ts';
import { drawPaths } from '../../train/drop-path.ts';
import { buildPlan, fullMasks } from '../../../domain/spaces/build-plan.ts';
import { migrateParameters } from '../parameters.ts';
import type { NetworkParameters } from '../../../domain/graph/parameters.ts';
import type { NetworkPlan, UnitMasks } from '../../../domain/spaces/plan.ts';
import type { Batch, StepHyper, StepMetrics, Stepper } from '../stepper.ts';

export const everything: Record<Granularity, boolean> = {
  operation: true,
  filter: true,
  weight: true,
};

/** A network to draw. */
export interface Case {
  readonly name: string;
  /** Of the space of cells, unless `mobile` is given. */
  readonly space?: Partial<CellSettings>;
  readonly mobile?: MobileTable;
  readonly image: { size: number; channels: number };
  readonly batch: number;
  readonly granularities?: Record<Granularity, boolean>;
  /** Probability of drop-path. */
  readonly dropPath?: number;
  /** Weight of an auxiliary head on the stage before the last. */
  readonly auxiliary?: number;
  readonly form?: NetworkForm;
  /** Candidates' parameters are constants, not the soft count. */
  readonly fixedCounts?: boolean;
  /** Commits masks of units. */
  readonly prune?: (masks: UnitMasks, stream: RandomStream, space: SpaceShape) => void;
}

export interface Setup {
  readonly plan: NetworkPlan;
  readonly parameters: NetworkParameters;
  readonly batch: Batch;
  readonly hyper: StepHyper;
  readonly options: Parameters<Stepper['load']>[2];
}

/** Draws everything that a network holds, thresholds amid the importances, and committed weights. */
export function setUp({
  name,
  space: settings,
  mobile,
  image,
  batch: size,
  granularities = everything,
  prune,
  dropPath,
  auxiliary,
  form,
  fixedCounts,
}: Case): Setup {
  const stream = randomStream('webgpu stepper', name);
  const shape = { ...image, classes: 5 };
  const space: SpaceShape = mobile
    ? createMobileSpace(mobile, shape, { form })
    : createSpace(
        {
          ...{ cells: 1, nodes: 1, channels: 4, stages: 1, stemMultiplier: 1 },
          // An operation that is in no preset has a test of its own.
          operations: [...paperSettings.space.operations],
          ...settings,
        },
        shape,
        { form },
      );
  const masks = fullMasks(space);
  prune?.(masks, stream, space);
  const stage = space.stageEnds.length - 1;
  const plan = buildPlan(
    space,
    masks,
    space.cells.length - 1,
    stage,
    auxiliary === undefined ? null : space.stageEnds[stage - 1],
  );
  const parameters = migrateParameters(plan.table, null, 7, 0);
  const draw = (group: keyof typeof plan.table.groups, make: () => number): void => {
    const { offset, size: count } = plan.table.groups[group];
    for (let i = offset; i < offset + count; i++) parameters.values[i] = make();
  };
  draw('alpha', () => stream.normal() * 0.5);
  draw('gate', () => stream.normal() * 0.5);
  draw('threshold', () => 0.3 + stream.uniform() * 0.15);
  draw('weightThreshold', () => stream.uniform() * 0.05);
  for (const spec of plan.table.specs) {
    for (let i = spec.offset; i < spec.offset + spec.size; i++) {
      if (/gamma|beta/.test(spec.name)) parameters.values[i]! += stream.normal() * 0.3;
      if (spec.maskedBy) parameters.weightMask[i] = stream.uniform() < 0.85 ? 1 : 0;
    }
  }
  const units = space.edges.length * space.operations.length;
  return {
    plan,
    parameters,
    batch: {
      images: Float32Array.from({ length: size * image.size ** 2 * image.channels }, () =>
        stream.normal(),
      ),
      labels: Int32Array.from({ length: size }, () => stream.integer(5)),
      size,
    },
    hyper: {
      ...stepHyper(
        paperSettings,
        { firstCell: 0, lastCell: space.cells.length - 1 },
        'search',
        0.01,
      ),
      mu: 0.05,
      filterThresholdFactor: 0.4,
      ...(dropPath !== undefined && { paths: drawPaths(plan, size, dropPath, 7, 0) }),
    },
    options: {
      batchSize: size,
      granularities,
      ...(dropPath !== undefined && { dropPath: true }),
      ...(auxiliary !== undefined && { auxiliary }),
      ...(fixedCounts && {
        fixedCounts: space.cells.map(() =>
          Float32Array.from({ length: units }, () => stream.uniform() * 1e4),
        ),
      }),
    },
  };
}

/** Prunes about a third of all operations and filters. */
export function pruneSome(masks: UnitMasks, stream: RandomStream): void {
  for (const operations of masks.operations)
    operations.forEach((_, i) => (operations[i] = stream.uniform() < 0.6 ? 1 : 0));
  for (const filters of Object.values(masks.filters))
    filters.forEach((_, i) => (filters[i] = stream.uniform() < 0.7 ? 1 : 0));
}

/** ||actual - expected|| / ||expected||. */
export function relative(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < expected.length; i++) {
    difference += (actual[i]! - expected[i]!) ** 2;
    norm += expected[i]! ** 2;
  }
  return Math.sqrt(difference / (norm || 1));
}

/** A stepper that shows its gradients. */
export interface GradientStepper extends Stepper {
  gradients(batch: Batch, hyper: StepHyper): Promise<Float32Array>;
}

/** Relative L2 errors of `actual` against `expected`: one pass, then three training steps. */
export interface Disagreement {
  readonly logits: number;
  readonly gradient: number;
  /** Largest error of a parameter array, by its name: against its largest gradient, or 0.1. */
  readonly gradients: Readonly<Record<string, number>>;
  readonly metrics: number;
  /** Values after the steps, running statistics among them; and the logits that these give. */
  readonly values: number;
  readonly momentum: number;
  readonly running: number;
  /** Running statistics settled on three batches, and what they leave alone. */
  readonly settled: number;
}

const metricsOf = (all: readonly StepMetrics[]): number[] =>
  all.flatMap((m) => Object.values(m) as number[]);

/** Another batch of the same shape. */
function mirrored({ images, ...rest }: Batch): Batch {
  return { ...rest, images: images.map((_, i) => images[images.length - 1 - i]!) };
}

export async function disagreement(
  actual: GradientStepper,
  expected: GradientStepper,
  c: Case,
): Promise<Disagreement> {
  const { plan, parameters, batch, hyper, options } = setUp(c);
  const run = async (stepper: GradientStepper) => {
    await stepper.load(plan, parameters, options);
    const logits = await stepper.logits(batch, 'batch');
    const gradient = await stepper.gradients(batch, hyper);
    for (let i = 0; i < 3; i++) await stepper.step(batch, hyper);
    const metrics = metricsOf(await stepper.readMetrics());
    const running = await stepper.logits(batch, 'running');
    const trained = await stepper.read();
    await stepper.settle([batch, mirrored(batch), batch]);
    return { logits, gradient, metrics, running, trained, settled: (await stepper.read()).values };
  };
  const a = await run(actual);
  const e = await run(expected);
  const gradients = plan.table.specs.map((spec) => {
    const [x, y] = [a, e].map(({ gradient }) =>
      gradient.subarray(spec.offset, spec.offset + spec.size),
    );
    const largest = Math.max(...y!.map(Math.abs), 0.1);
    return [spec.name, Math.max(...x!.map((g, i) => Math.abs(g - y![i]!)), 0) / largest] as const;
  });
  return {
    logits: relative(a.logits, e.logits),
    gradient: relative(a.gradient, e.gradient),
    gradients: Object.fromEntries(gradients),
    metrics: relative(a.metrics, e.metrics),
    values: relative(a.trained.values, e.trained.values),
    momentum: relative(a.trained.momentum, e.trained.momentum),
    running: relative(a.running, e.running),
    settled: relative(a.settled, e.settled),
  };
}
