/** Reference arrays (NHWC) to and from the quad-planar layout of own kernels. */
import { pixelsOf, quadsOf } from '../../src/kernels/webgpu/quad.ts';
import type { Plane } from '../../src/kernels/webgpu/quad.ts';
import type { NdArray } from './reference.ts';

export const planeOf = ({ shape }: NdArray): Plane => ({
  batch: shape[0],
  height: shape[1],
  width: shape[2],
});

/** The plane of a convolution's or pool's result: half the size, rounded up, at stride 2. */
export function strided({ batch, height, width }: Plane, stride: 1 | 2): Plane {
  return { batch, height: Math.ceil(height / stride), width: Math.ceil(width / stride) };
}

export function toQuads({ shape, data }: NdArray): Float32Array {
  const channels = shape[3];
  const pixels = data.length / channels;
  const result = new Float32Array(quadsOf(channels) * pixels * 4);
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < channels; c++)
      result[((c >> 2) * pixels + i) * 4 + (c & 3)] = data[i * channels + c];
  }
  return result;
}

export function fromQuads(quads: Float32Array, plane: Plane, channels: number): NdArray {
  const pixels = pixelsOf(plane);
  const data = new Float32Array(pixels * channels);
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < channels; c++)
      data[i * channels + c] = quads[((c >> 2) * pixels + i) * 4 + (c & 3)];
  }
  return { shape: [plane.batch, plane.height, plane.width, channels], data };
}
