/** The arrays of a network by name, as the exporters read them. */
import { slice } from '../../granularity/network.ts';
import type { Network } from '../../granularity/network.ts';
import { parameter } from '../../../domain/graph/layout.ts';

export interface NetworkArray {
  readonly shape: readonly number[];
  /** Row-major, in the engine's layout (convolutions: height, width, inputs, outputs); masked weights are 0. */
  readonly values: Float32Array;
  /** 1 = alive; null where every weight is. */
  readonly mask: Uint8Array | null;
}

export function arrayOf({ plan, parameters }: Network, name: string): NetworkArray {
  const spec = parameter(plan.table, name);
  const alive = slice(parameters.weightMask, spec);
  const masked = spec.maskedBy !== null && alive.some((bit) => bit === 0);
  const values = slice(parameters.values, spec).map((value, i) => (alive[i] ? value : 0));
  return { shape: spec.shape, values, mask: masked ? alive.slice() : null };
}

/** [height, width, inputs, outputs] to [outputs, inputs, height, width]; a depthwise array to [channels, 1, height, width]. */
export function channelsFirst<T extends Float32Array | Uint8Array>(
  values: T,
  shape: readonly number[],
  depthwise: boolean,
): { values: T; shape: number[] } {
  const [height, width, inputs, outputs] = shape;
  const [first, second] = depthwise ? [inputs, 1] : [outputs, inputs];
  const result = values.slice() as T;
  for (let y = 0, from = 0; y < height!; y++) {
    for (let x = 0; x < width!; x++) {
      for (let i = 0; i < inputs!; i++) {
        for (let o = 0; o < outputs!; o++, from++) {
          const row = depthwise ? i : o * inputs! + i;
          result[(row * height! + y) * width! + x] = values[from]!;
        }
      }
    }
  }
  return { values: result, shape: [first!, second!, height!, width!] };
}

/** Rows become columns. */
export function transpose(values: Float32Array, [rows, columns]: readonly number[]): Float32Array {
  return Float32Array.from(
    values,
    (_, i) => values[(i % rows!) * columns! + Math.floor(i / rows!)]!,
  );
}

/** For each window of three along one axis: how many of its pixels lie inside the image. */
export function insideWindow(size: number, stride: number): number[] {
  return Array.from(
    { length: Math.floor((size - 1) / stride) + 1 },
    (_, i) =>
      [-1, 0, 1].filter((offset) => i * stride + offset >= 0 && i * stride + offset < size).length,
  );
}
