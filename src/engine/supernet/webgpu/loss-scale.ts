/** Loss scaling: keeps gradients of activations within the range of half floats (docs/kernels.md, Half floats). */
import type { ActivationFormat } from '../../../kernels/webgpu/activation-format.ts';

/**
 * 2^12 for 32 images: the middle of the range, 2^8 to 2^20, in which gradients did not depend on it, of a new and of a
 * fitted network.
 */
const exponentOfOneImage = 7;

/**
 * What the gradients of activations are multiplied by: a power of two, so that it changes nothing but their range. The
 * gradient of the mean loss falls with the number of images; the scale grows with it.
 */
export const lossScale = (format: ActivationFormat, batch: number): number =>
  format === 'float16' ? 2 ** (exponentOfOneImage + Math.round(Math.log2(batch))) : 1;
