/** Between a group's one packed tensor and the many named tensors of a forward pass. */
import * as tf from '@tensorflow/tfjs-core';
import type {
  ParameterGroup,
  ParameterSpec,
  ParameterTable,
} from '../../../domain/graph/parameters.ts';

/** The parameters of one group that have any element. */
export function specsOf(table: ParameterTable, group: ParameterGroup): ParameterSpec[] {
  return table.specs.filter((spec) => spec.group === group && spec.size > 0);
}

/** Each parameter of `specs` as a tensor of its own shape. @param packed the group's tensor, its first element at `base`. */
export function unpack(
  packed: tf.Tensor1D,
  specs: readonly ParameterSpec[],
  base: number,
): Map<string, tf.Tensor> {
  return new Map(
    specs.map((spec) => [
      spec.name,
      tf.reshape(tf.slice(packed, spec.offset - base, spec.size), [...spec.shape]),
    ]),
  );
}

export interface PackedPart {
  readonly offset: number;
  readonly tensor: tf.Tensor;
}

/** One vector of `size` from parts in ascending order, zero where there is none. */
export function pack(parts: readonly PackedPart[], size: number): tf.Tensor1D {
  const pieces: tf.Tensor1D[] = [];
  let end = 0;
  const fill = (to: number): void => {
    if (to > end) pieces.push(tf.zeros([to - end]));
  };
  for (const { offset, tensor } of parts) {
    fill(offset);
    pieces.push(tf.reshape(tensor, [tensor.size]));
    end = offset + tensor.size;
  }
  fill(size);
  return pieces.length === 1 ? pieces[0]! : tf.concat(pieces);
}
