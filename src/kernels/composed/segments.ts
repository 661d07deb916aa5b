/**
 * Sums over segments of a vector, and their transpose: a value for every element of its segment. TensorFlow.js has both
 * (`unsortedSegmentSum`, `gather`), but sums a segment by going through the whole vector.
 */
import * as tf from '@tensorflow/tfjs-core';

export class Segments {
  /** Elements of each segment in rows of equal length, padded with one past the last. [count x longest]. */
  private readonly rows: tf.Tensor1D;
  private readonly ids: tf.Tensor1D;

  /**
   * @param ids segment of each element; `count` or more = none.
   * @param count of segments, some of which may be empty.
   */
  constructor(
    ids: Int32Array,
    readonly count: number,
  ) {
    const members = Array.from({ length: count }, (): number[] => []);
    ids.forEach((id, i) => members[id]?.push(i));
    const longest = members.reduce((n, list) => Math.max(n, list.length), 1);
    const rows = new Int32Array(count * longest).fill(ids.length);
    members.forEach((list, s) => rows.set(list, s * longest));
    this.rows = tf.tensor1d(rows, 'int32');
    this.ids = tf.tensor1d(
      ids.map((id) => Math.min(id, count)),
      'int32',
    );
  }

  private readonly add = (x: tf.Tensor): tf.Tensor1D =>
    tf.sum(tf.reshape(pick(x, this.rows), [this.count, -1]), 1);

  private readonly give = (y: tf.Tensor): tf.Tensor1D => pick(y, this.ids);

  /** [elements] -> [count]. */
  sum(x: tf.Tensor1D): tf.Tensor1D {
    return linear(x, this.add, this.give);
  }

  /** [count] -> [elements], 0 for an element of no segment. */
  spread(y: tf.Tensor1D): tf.Tensor1D {
    return linear(y, this.give, this.add);
  }

  dispose(): void {
    tf.dispose([this.rows, this.ids]);
  }
}

/** Elements of x, 0 for the index past its last. */
const pick = (x: tf.Tensor, indices: tf.Tensor1D): tf.Tensor1D =>
  tf.gather(tf.concat([tf.reshape(x, [-1]), tf.tensor1d([0])]), indices) as tf.Tensor1D;

function linear(
  x: tf.Tensor1D,
  map: (x: tf.Tensor) => tf.Tensor1D,
  transpose: (y: tf.Tensor) => tf.Tensor1D,
): tf.Tensor1D {
  return tf.customGrad((input) => ({
    value: map(input as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => transpose(dy),
  }))(x) as tf.Tensor1D;
}
