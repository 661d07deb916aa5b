/** The forward pass: a walk over the graph, from effective weights, gates and coefficients to logits. */
import * as tf from '@tensorflow/tfjs-core';
import { depthwise } from '../../../kernels/composed/depthwise.ts';
import { mixedSum } from '../../../kernels/composed/mixed-sum.ts';
import { pointwise } from '../../../kernels/composed/pointwise.ts';
import { averagePool, maxPool } from '../../../kernels/composed/pools.ts';
import { placement, scatterChannels } from '../../../kernels/composed/scatter-channels.ts';
import { relu6 } from '../../../kernels/composed/relu6.ts';
import { everySecondPixel } from '../../../kernels/composed/subsample.ts';
import { hasChannels, needed, paddingOf } from '../../../domain/graph/graph.ts';
import type { Node, NodeOf } from '../../../domain/graph/graph.ts';
import type { UnitRef } from '../../../domain/graph/parameters.ts';
import type { NetworkPlan } from '../../../domain/spaces/plan.ts';

/** Where a forward pass finds what it multiplies with. */
export interface Source {
  /** A weight by its name. */
  weight(name: string): tf.Tensor;
  /** A gate by the name of its logits; null: the filter granularity is off. */
  gate(name: string): tf.Tensor1D | null;
  /** Factor of a candidate operation. */
  coefficient(unit: UnitRef): tf.Scalar;
  /** Drop-path: factor of a candidate operation for each image, [batch, 1, 1, 1]; null = 1. */
  path(unit: UnitRef): tf.Tensor4D | null;
  /** Normalizes by the statistics of choice. @param gate applied before; null = none. */
  norm(
    name: string,
    x: tf.Tensor4D,
    gamma: tf.Tensor1D,
    beta: tf.Tensor1D,
    gate: tf.Tensor1D | null,
  ): tf.Tensor4D;
}

/** @param images [batch, size, size, channels]. @returns logits, [batch, classes]. */
export function forward(plan: NetworkPlan, images: tf.Tensor4D, source: Source): tf.Tensor2D {
  return walk(plan, [plan.head.node], images, source)[0] as tf.Tensor2D;
}

/** Both heads' logits; `auxiliary` is null where the plan has no such head. */
export function forwardBoth(
  plan: NetworkPlan,
  images: tf.Tensor4D,
  source: Source,
): { logits: tf.Tensor2D; auxiliary: tf.Tensor2D | null } {
  const heads = [plan.head, ...(plan.auxiliary ? [plan.auxiliary] : [])];
  const [logits, auxiliary = null] = walk(
    plan,
    heads.map(({ node }) => node),
    images,
    source,
  ) as [tf.Tensor2D, tf.Tensor2D?];
  return { logits, auxiliary };
}

/** @returns the results of the nodes `outputs`, each of which has channels. */
export function walk(
  { graph }: Pick<NetworkPlan, 'graph'>,
  outputs: readonly Node[],
  images: tf.Tensor4D,
  source: Source,
): tf.Tensor[] {
  const [batch] = images.shape;
  const results = new Map<Node, tf.Tensor>();
  for (const node of needed(graph, outputs)) {
    if (!hasChannels(node)) continue;
    const inputs = node.inputs.map((input) => results.get(input) ?? null);
    const result = node.kind === 'image' ? images : compute(node, inputs, batch, source);
    if (result) results.set(node, result);
  }
  return outputs.map((node) => results.get(node)!);
}

/** @param inputs null where an input has no channel. */
function compute(
  node: Exclude<Node, { kind: 'image' }>,
  inputs: readonly (tf.Tensor | null)[],
  batch: number,
  source: Source,
): tf.Tensor {
  const [first] = inputs;
  switch (node.kind) {
    case 'convolution':
      return convolution(node, first as tf.Tensor4D | null, batch, source);
    case 'norm':
      return normalize(node, only(node, first!), source);
    case 'activation':
      return (node.activation === 'relu6' ? relu6 : tf.relu)(only(node, first!));
    case 'pool':
      return (node.pool === 'max' ? maxPool : averagePool)(only(node, first!), node.stride);
    case 'mix':
      return mix(node, inputs as readonly (tf.Tensor4D | null)[], source);
    case 'concat': {
      const parts = inputs.flatMap((part) => (part ? [part as tf.Tensor4D] : []));
      return parts.length === 1 ? parts[0]! : tf.concat(parts, 3);
    }
    case 'global-pool':
      return tf.mean(only(node, first!), [1, 2]);
    case 'linear': {
      const bias = source.weight(`${node.name}.bias`);
      if (!first) return tf.add(tf.zeros([batch, node.outputs]), bias);
      const weight = source.weight(`${node.name}.weight`) as tf.Tensor2D;
      return tf.add(tf.matMul(first as tf.Tensor2D, weight), bias);
    }
  }
}

function only(node: Node, input: tf.Tensor | null): tf.Tensor4D {
  if (!input) throw new Error(`${node.name} has channels, but its input has none`);
  return input as tf.Tensor4D;
}

/** @throws RangeError for a shape that no kernel computes. */
function convolution(
  node: NodeOf<'convolution'>,
  x: tf.Tensor4D | null,
  batch: number,
  source: Source,
): tf.Tensor4D {
  const { kernel, stride, dilation, shift, size, channels } = node;
  // Of no channel at all: a batch norm then gives its shift.
  if (!x) return tf.zeros([batch, size, size, channels.length]);
  const weight = source.weight(node.weight) as tf.Tensor4D;
  if (node.depthwise) return depthwise(x, weight, stride, dilation);
  if (kernel > 1) {
    if (shift > 0) throw new RangeError(`${node.name}: a shifted ${kernel}x${kernel} convolution`);
    return tf.conv2d(x, weight, stride, paddingOf(node), 'NHWC', dilation);
  }
  if (stride === 1 && shift === 0) return pointwise(x, weight);
  if (stride === 2) return pointwise(everySecondPixel(x, shift), weight);
  throw new RangeError(`${node.name}: a 1x1 convolution of stride ${stride} and shift ${shift}`);
}

/** A gate after the norm scales and shifts alike, so it goes into gamma and beta. */
function normalize(node: NodeOf<'norm'>, x: tf.Tensor4D, source: Source): tf.Tensor4D {
  const [gamma, beta] = ['gamma', 'beta'].map(
    (part) => source.weight(`${node.name}.${part}`) as tf.Tensor1D,
  );
  const gate = node.gate && source.gate(node.gate.logits);
  if (!gate) return source.norm(node.name, x, gamma!, beta!, null);
  if (node.gate.before) return source.norm(node.name, x, gamma!, beta!, gate);
  return source.norm(node.name, x, tf.mul(gamma!, gate), tf.mul(beta!, gate), null);
}

function mix(
  node: NodeOf<'mix'>,
  inputs: readonly (tf.Tensor4D | null)[],
  source: Source,
): tf.Tensor4D {
  const { channels } = node;
  const terms: tf.Tensor4D[] = [];
  const coefficients: (tf.Scalar | null)[] = [];
  inputs.forEach((x, i) => {
    if (!x) return;
    const { unit } = node.terms[i]!;
    const path = unit && source.path(unit);
    const y = path ? tf.mul<tf.Tensor4D>(x, path) : x;
    const own = node.inputs[i]!.channels;
    terms.push(
      own.length === channels.length
        ? y
        : scatterChannels(
            y,
            placement(
              own.map((id) => channels.indexOf(id)),
              channels.length,
            ),
          ),
    );
    coefficients.push(unit && source.coefficient(unit));
  });
  return mixedSum(terms, coefficients);
}
