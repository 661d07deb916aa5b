/** One differentiated pass: loss, its gradient for every trained parameter, and the batch's statistics. */
import * as tf from '@tensorflow/tfjs-core';
import { batchNorm } from '../../../kernels/composed/batch-norm.ts';
import { crossEntropy } from '../../../kernels/composed/cross-entropy.ts';
import type { NetworkPlan } from '../../../domain/spaces/plan.ts';
import type { StepHyper, TrainedGroup } from '../stepper.ts';
import { forwardBoth } from './network.ts';
import type { Source } from './network.ts';
import { pack, specsOf, unpack } from './packed-tensors.ts';
import type { EffectiveUnits, PackedGroups, Units } from './units.ts';

export const trainedGroups = [
  'weight',
  'alpha',
  'gate',
  'threshold',
  'weightThreshold',
] as const satisfies readonly TrainedGroup[];

/** Mean, biased variance and element count of one norm's batch. */
export interface Moments {
  readonly mean: tf.Tensor1D;
  readonly variance: tf.Tensor1D;
  readonly count: number;
}

export interface PassResult {
  readonly gradients: Record<TrainedGroup, tf.Tensor1D>;
  readonly crossEntropy: tf.Scalar;
  readonly size: tf.Scalar;
  readonly threshold: tf.Scalar;
  readonly gradientNorm: tf.Scalar;
  readonly logits: tf.Tensor2D;
  readonly moments: ReadonlyMap<string, Moments>;
  /** Tensors among these that outlive a tidy: dispose them after use. */
  readonly kept: readonly tf.Tensor[];
}

/** The named tensors that a forward pass reads, cut out of the effective units. */
export interface Leaves {
  readonly weights: ReadonlyMap<string, tf.Tensor>;
  /** Empty when the filter granularity is off. */
  readonly gates: ReadonlyMap<string, tf.Tensor>;
  /** By place in the flattened [cells, units]. */
  readonly coefficients: ReadonlyMap<number, tf.Scalar>;
}

export function cutLeaves(plan: NetworkPlan, units: EffectiveUnits, gated: boolean): Leaves {
  const { weight, gate } = plan.table.groups;
  const flat = tf.reshape(units.coefficients, [-1]) as tf.Tensor1D;
  const coefficients = new Map<number, tf.Scalar>();
  plan.cells.forEach((cell, c) => {
    for (const { unit } of cell.candidates) {
      const place = c * units.coefficients.shape[1] + unit;
      coefficients.set(place, tf.reshape(tf.slice(flat, place, 1), []) as tf.Scalar);
    }
  });
  return {
    weights: unpack(units.weights, specsOf(plan.table, 'weight'), weight.offset),
    gates: gated ? unpack(units.gates, specsOf(plan.table, 'gate'), gate.offset) : new Map(),
    coefficients,
  };
}

/** @param norm how batch norms normalize. @param paths see `StepHyper.paths`. */
export function leafSource(
  plan: NetworkPlan,
  leaves: Leaves,
  norm: Source['norm'],
  paths?: Float32Array,
): Source {
  const units = plan.space.edges.length * plan.space.operations.length;
  const images = paths ? paths.length / (plan.cells.length * units) : 0;
  return {
    weight: (name) => leaves.weights.get(name) ?? missing(name),
    gate: (name) => (leaves.gates.get(name) as tf.Tensor1D | undefined) ?? null,
    coefficient: ({ cell, unit }) =>
      leaves.coefficients.get(cell * units + unit) ?? missing(`coefficient ${cell}/${unit}`),
    path: ({ cell, unit }) => {
      const first = (cell * units + unit) * images;
      return paths ? tf.tensor4d(paths.subarray(first, first + images), [images, 1, 1, 1]) : null;
    },
    norm,
  };
}

function missing(name: string): never {
  throw new Error(`the plan has no '${name}'`);
}

/**
 * Backward in two tapes. The first differentiates the network for the *effective* units it reads; the second, over a few
 * packed vectors, carries that through masks, gates and coefficients (a scalar product with a gradient is its
 * vector-Jacobian product) and adds the regularizers'. Call it inside a tidy.
 */
export function differentiate(
  plan: NetworkPlan,
  units: Units,
  groups: PackedGroups,
  batch: { images: tf.Tensor4D; oneHot: tf.Tensor2D },
  options: {
    hyper: Pick<StepHyper, 'lambda' | 'mu' | 'sizeCells' | 'paths'>;
    gated: boolean;
    auxiliary: number;
    afterForward?: () => void;
  },
): PassResult {
  const { hyper, gated } = options;
  const kept: tf.Tensor[] = [];
  const keep = <T extends tf.Tensor>(tensor: T): T => {
    kept.push(tensor);
    return tf.keep(tensor);
  };
  try {
    const decision = units.decide(groups);
    const effective = units.effective(groups, decision);
    const leaves = cutLeaves(plan, effective, gated);
    const moments = new Map<string, Moments>();
    const normalized: Source['norm'] = (name, x, gamma, beta, gate) =>
      batchNorm(x, gamma, beta, gate, (mean, variance) => {
        moments.set(name, {
          mean: keep(mean),
          variance: keep(variance),
          count: x.size / x.shape[3],
        });
      });
    const source = leafSource(plan, leaves, normalized, hyper.paths);
    let logits: tf.Tensor2D | undefined;
    let entropy: tf.Scalar | undefined;
    const tensors = [
      ...leaves.weights.values(),
      ...leaves.gates.values(),
      ...leaves.coefficients.values(),
    ];
    const network = optionalGradients(() => {
      const heads = forwardBoth(plan, batch.images, source);
      logits = keep(heads.logits);
      options.afterForward?.();
      entropy = keep(crossEntropy(logits, batch.oneHot));
      if (!heads.auxiliary || options.auxiliary === 0) return entropy;
      return tf.add<tf.Scalar>(
        entropy,
        tf.mul(crossEntropy(heads.auxiliary, batch.oneHot), options.auxiliary),
      );
    }, tensors);
    const gradient = new Map(tensors.map((tensor, i) => [tensor, network.grads[i]]));
    const through = upstream(plan, leaves, gradient, effective);

    let size: tf.Scalar | undefined;
    let threshold: tf.Scalar | undefined;
    const carried = optionalGradients(
      () => {
        const now = units.effective(groups, decision);
        const regularizers = units.regularizers(groups, decision, hyper);
        size = keep(regularizers.size);
        threshold = keep(regularizers.threshold);
        const products = [
          dot(now.weights, through.weights),
          dot(now.gates, through.gates),
          dot(now.coefficients, through.coefficients),
        ];
        return tf.add(tf.addN(products), tf.mul(tf.add(size, threshold), hyper.lambda));
      },
      trainedGroups.map((group) => groups[group]),
    );
    const gradients = Object.fromEntries(
      trainedGroups.map((group, i) => [group, carried.grads[i] ?? tf.zerosLike(groups[group])]),
    ) as Record<TrainedGroup, tf.Tensor1D>;
    return {
      gradients,
      crossEntropy: entropy!,
      size: size!,
      threshold: threshold!,
      gradientNorm: tf.sqrt(tf.sum(tf.square(gradients.weight))),
      logits: logits!,
      moments,
      kept,
    };
  } catch (error) {
    tf.dispose(kept);
    throw error;
  }
}

/** Gradients of a scalar; undefined for a tensor that it does not depend on (a parameter that no live channel reads). */
function optionalGradients(
  loss: () => tf.Scalar,
  tensors: tf.Tensor[],
): { value: tf.Scalar; grads: (tf.Tensor | undefined)[] } {
  return tf.engine().gradients(loss, tensors, undefined, true);
}

function dot(a: tf.Tensor, b: tf.Tensor): tf.Scalar {
  return tf.sum(tf.mul(a, b));
}

/** The network's gradients in the shapes of the effective units. */
function upstream(
  plan: NetworkPlan,
  leaves: Leaves,
  gradient: ReadonlyMap<tf.Tensor, tf.Tensor | undefined>,
  effective: EffectiveUnits,
): EffectiveUnits {
  const group = (name: 'weight' | 'gate', tensors: ReadonlyMap<string, tf.Tensor>): tf.Tensor1D => {
    const { offset, size } = plan.table.groups[name];
    const parts = [...tensors].flatMap(([key, leaf]) => {
      const tensor = gradient.get(leaf);
      return tensor ? [{ offset: plan.table.byName.get(key)!.offset - offset, tensor }] : [];
    });
    return pack(parts, size);
  };
  const coefficients = [...leaves.coefficients].flatMap(([offset, leaf]) => {
    const tensor = gradient.get(leaf);
    return tensor ? [{ offset, tensor }] : [];
  });
  coefficients.sort((a, b) => a.offset - b.offset);
  return {
    weights: group('weight', leaves.weights),
    gates: group('gate', leaves.gates),
    coefficients: tf.reshape(
      pack(coefficients, effective.coefficients.size),
      effective.coefficients.shape,
    ),
  };
}
