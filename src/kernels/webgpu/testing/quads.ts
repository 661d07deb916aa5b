/** NHWC arrays to and from the quad-planar layout. */
import { pixelsOf, quadsOf } from '../quad.ts';
import type { Plane } from '../quad.ts';

/** @param data [pixels, channels]. */
export function packQuads(data: Float32Array, channels: number): Float32Array {
  const pixels = data.length / channels;
  const result = new Float32Array(quadsOf(channels) * pixels * 4);
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < channels; c++)
      result[((c >> 2) * pixels + i) * 4 + (c & 3)] = data[i * channels + c]!;
  }
  return result;
}

/** @returns [pixels, channels]. */
export function unpackQuads(quads: Float32Array, plane: Plane, channels: number): Float32Array {
  const pixels = pixelsOf(plane);
  const data = new Float32Array(pixels * channels);
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < channels; c++)
      data[i * channels + c] = quads[((c >> 2) * pixels + i) * 4 + (c & 3)]!;
  }
  return data;
}

/** The plane of a convolution's or pool's result: half the size, rounded up, at stride 2. */
export function stridedPlane({ batch, height, width }: Plane, stride: 1 | 2): Plane {
  return { batch, height: Math.ceil(height / stride), width: Math.ceil(width / stride) };
}
