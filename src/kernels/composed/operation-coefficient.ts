/** The operation granularity: which candidates of a node count, and how much (docs/algorithm.md, Forward). */
import * as tf from '@tensorflow/tfjs-core';
import { binaryStep } from './binary-step.ts';

/** Where each node's candidates lie among a cell's units, as constants on the device. */
export interface NodeUnits {
  /** 1 where a unit belongs to a node, [units, nodes]. */
  readonly membership: tf.Tensor2D;
  /** Units of each node in rows of equal length, padded with `units` (one past the last). [nodes * longest]. */
  readonly rows: tf.Tensor1D;
  /** Place of each unit in `rows`, [units]. */
  readonly places: tf.Tensor1D;
}

/** Lower than any importance less any threshold of a search. */
const never = -1e9;

/** @param nodeOf destination node (0-based) of each unit. The caller disposes the tensors. */
export function nodeUnits(nodeOf: readonly number[], nodes: number): NodeUnits {
  const units = nodeOf.length;
  const members = Array.from({ length: nodes }, (_, n) =>
    nodeOf.flatMap((node, unit) => (node === n ? [unit] : [])),
  );
  // TensorFlow.js makes no one-hot vectors of one element.
  const longest = Math.max(2, ...members.map((list) => list.length));
  const rows = members.flatMap((list) =>
    Array.from({ length: longest }, (_, i) => list[i] ?? units),
  );
  return {
    membership: tf.tensor2d(
      nodeOf.flatMap((node) => Array.from({ length: nodes }, (_, n) => Number(n === node))),
      [units, nodes],
    ),
    rows: tf.tensor1d(rows, 'int32'),
    places: tf.tensor1d(
      nodeOf.map((_, unit) => rows.indexOf(unit)),
      'int32',
    ),
  };
}

/**
 * Last-survivor rule: 1 for the best committed candidate of every node whose candidates are all under their thresholds,
 * else 0. [cells, units]. A constant: not differentiated.
 * @param margin sigmoid(alpha) - t, [cells, units].
 */
export function lastSurvivors(
  margin: tf.Tensor2D,
  committed: tf.Tensor2D,
  nodes: NodeUnits,
): tf.Tensor2D {
  const [cells] = margin.shape;
  const nodeCount = nodes.membership.shape[1];
  const scores = tf.add(tf.mul(margin, committed), tf.mul(tf.sub(1, committed), never));
  const padded = tf.pad(
    scores,
    [
      [0, 0],
      [0, 1],
    ],
    never,
  ) as tf.Tensor2D;
  const byNode = tf.reshape(tf.gather(padded, nodes.rows, 1), [
    cells * nodeCount,
    -1,
  ]) as tf.Tensor2D;
  const allPruned = tf.sub(1, tf.step(tf.max(byNode, 1, true)));
  const best = tf.oneHot(tf.argMax(byNode, 1) as tf.Tensor1D, byNode.shape[1], 1, 0, 'float32');
  const forced = tf.reshape(tf.mul(best, allPruned), [cells, -1]) as tf.Tensor2D;
  return tf.mul(tf.gather(forced, nodes.places, 1), committed);
}

/**
 * Masks of all candidates: committed * step(sigmoid(alpha) - t), or `forced`. [cells, units].
 */
export function operationMask(
  margin: tf.Tensor2D,
  committed: tf.Tensor2D,
  forced: tf.Tensor2D,
): tf.Tensor2D {
  return tf.add(tf.mul(binaryStep(margin), committed), forced);
}
