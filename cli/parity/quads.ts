/** Reference arrays (NHWC) to and from the quad-planar layout of own kernels. */
import type { Plane } from '../../src/kernels/webgpu/quad.ts';
import { packQuads, stridedPlane, unpackQuads } from '../../src/kernels/webgpu/testing/quads.ts';
import type { NdArray } from './reference.ts';

export const planeOf = ({ shape }: NdArray): Plane => ({
  batch: shape[0]!,
  height: shape[1]!,
  width: shape[2]!,
});

export const strided = stridedPlane;

export const toQuads = ({ shape, data }: NdArray): Float32Array => packQuads(data, shape[3]!);

export function fromQuads(quads: Float32Array, plane: Plane, channels: number): NdArray {
  return {
    shape: [plane.batch, plane.height, plane.width, channels],
    data: unpackQuads(quads, plane, channels),
  };
}
