/**
 * Quad-planar layout: channels in groups of four, one plane of vec4 a group: element (quad, pixel) lies at
 * `quad * pixels + pixel`, pixel = (image * height + y) * width + x. Neighbouring invocations read neighbouring
 * pixels, concatenation and slices along channels are ranges of quads, and a channel's reduction is one plane.
 * Spare lanes of a last quad hold zeros.
 */
import { bytesOfActivation } from './activation-format.ts';
import type { ActivationFormat } from './activation-format.ts';

export const quadsOf = (channels: number): number => Math.ceil(channels / 4);

/** Spatial size of a plane. */
export interface Plane {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
}

export const pixelsOf = (plane: Plane): number => plane.batch * plane.height * plane.width;

/** Bytes of `quads` planes. */
export const bytesOf = (
  quads: number,
  plane: Plane,
  format: ActivationFormat = 'float32',
): number => quads * pixelsOf(plane) * 4 * bytesOfActivation(format);

/** Marks a lane without a channel in the tables. */
export const none = 0xffffffff;

export const ceilDiv = (a: number, b: number): number => Math.ceil(a / b);
