/** Activations in quad-planar layout and where their channels lie. */
import { none, quadsOf } from '../../../kernels/webgpu/quad.ts';
import type { gatherRow } from '../../../kernels/webgpu/norm-apply/rows.ts';
import type { Plane } from '../../../kernels/webgpu/quad.ts';
import type { GpuBuffer } from '../../../kernels/webgpu/runtime.ts';

export interface Tensor {
  readonly buffer: GpuBuffer;
  readonly quads: number;
  readonly plane: Plane;
}

/** A state as convolutions read it: a range of quads, and the lane (from its first) of each channel id. */
export interface StateView {
  readonly buffer: GpuBuffer;
  readonly firstQuad: number;
  readonly quads: number;
  readonly laneOf: ReadonlyMap<number, number>;
}

/** Lanes of a list of ids packed without gaps. */
export const packed = (ids: readonly number[]): Map<number, number> =>
  new Map(ids.map((id, i) => [id, i]));

/** Lanes of the filters of a factorized reduce: the second convolution's begin at a new quad. */
export function reduceLanes(filters: readonly number[], split: number): Map<number, number> {
  const first = filters.filter((f) => f < split).length;
  return new Map(filters.map((id, i) => [id, i < first ? i : quadsOf(first) * 4 + i - first]));
}

export const reduceQuads = (filters: readonly number[], split: number): [number, number] => {
  const first = filters.filter((f) => f < split).length;
  return [quadsOf(first), quadsOf(filters.length - first)];
};

/** Where the channels of a quad come from: see `gatherFields`. */
export type Gather = Parameters<(typeof gatherRow)['pack']>[0];

/** Quad `quad` as it is. */
export const wholeQuad = (quad: number): Gather => ({
  aligned: quad,
  lanes: [none, none, none, none],
});

/**
 * Where the channels of quad `quad` of a tensor laid out by channel id come from.
 * `laneOf(id)`: absolute lane in the source, or none. Aligned when all four lanes lie in one source quad in place (a
 * channel beyond the width counts as in place: both lanes are spare).
 */
export function gatherQuad(quad: number, channels: number, laneOf: (id: number) => number): Gather {
  const lanes = [0, 1, 2, 3].map((l) => (quad * 4 + l < channels ? laneOf(quad * 4 + l) : none));
  const source = lanes[0] === none ? none : lanes[0]! >> 2;
  const aligned =
    source !== none &&
    lanes.every((lane, l) =>
      quad * 4 + l >= channels ? true : lane !== none && lane === source * 4 + l,
    );
  return { aligned: aligned ? source : none, lanes };
}
