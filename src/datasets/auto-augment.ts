/**
 * AutoAugment's policy for CIFAR-10 (Cubuk et al., arXiv 1805.09501, appendix): one of 25 pairs of operations, each with a
 * probability and a magnitude. On bytes, after crop and flip; a pure function of its keys.
 */
import { contrast, brightness, color, sharpness } from './image-operations/enhance.ts';
import { autoContrast, equalize, invert, posterize, solarize } from './image-operations/levels.ts';
import { rotate, shear, translate } from './image-operations/move.ts';
import type { Pixels } from './image-operations/pixels.ts';
import { below, hash } from './random.ts';

type Name =
  | 'shearY'
  | 'translateX'
  | 'translateY'
  | 'rotate'
  | 'color'
  | 'posterize'
  | 'solarize'
  | 'contrast'
  | 'sharpness'
  | 'brightness'
  | 'autoContrast'
  | 'equalize'
  | 'invert';

/** Probability in tenths, operation, magnitude from 0 to 9. */
type Step = readonly [tenths: number, name: Name, magnitude: number];

export const cifarPolicy: readonly (readonly [Step, Step])[] = [
  [[1, 'invert', 7], [2, 'contrast', 6]],
  [[7, 'rotate', 2], [3, 'translateX', 9]],
  [[8, 'sharpness', 1], [9, 'sharpness', 3]],
  [[5, 'shearY', 8], [7, 'translateY', 9]],
  [[5, 'autoContrast', 8], [9, 'equalize', 2]],
  [[2, 'shearY', 7], [3, 'posterize', 7]],
  [[4, 'color', 3], [6, 'brightness', 7]],
  [[3, 'sharpness', 9], [7, 'brightness', 9]],
  [[6, 'equalize', 5], [5, 'equalize', 1]],
  [[6, 'contrast', 7], [6, 'sharpness', 5]],
  [[7, 'color', 7], [5, 'translateX', 8]],
  [[3, 'equalize', 7], [4, 'autoContrast', 8]],
  [[4, 'translateY', 3], [2, 'sharpness', 6]],
  [[9, 'brightness', 6], [2, 'color', 8]],
  [[5, 'solarize', 2], [0, 'invert', 3]],
  [[2, 'equalize', 0], [6, 'autoContrast', 0]],
  [[2, 'equalize', 8], [6, 'equalize', 4]],
  [[9, 'color', 9], [6, 'equalize', 6]],
  [[8, 'autoContrast', 4], [2, 'solarize', 8]],
  [[1, 'brightness', 3], [7, 'color', 0]],
  [[4, 'solarize', 5], [9, 'autoContrast', 3]],
  [[9, 'translateY', 9], [7, 'translateY', 9]],
  [[9, 'autoContrast', 2], [8, 'solarize', 3]],
  [[8, 'equalize', 8], [1, 'invert', 3]],
  [[7, 'translateY', 9], [9, 'autoContrast', 1]],
]; // prettier-ignore

const policyStream = 0xaa5;

/** @param image size x size x channels bytes; not changed. @param keys seed, epoch and number of the image. */
export function autoAugment(
  image: Pixels,
  [seed, epoch, number]: readonly [seed: number, epoch: number, image: number],
): Pixels {
  const key = hash(seed, policyStream, epoch, number);
  const pair = cifarPolicy[below(cifarPolicy.length, key, 0)]!;
  return pair.reduce((pixels, [tenths, name, magnitude], i) => {
    if (below(10, key, 2 * i + 1) >= tenths) return pixels;
    const sign = below(2, key, 2 * i + 2) === 0 ? -1 : 1;
    return apply(pixels, name, magnitude, sign);
  }, image);
}

/** @param magnitude from 0 to 9; its range is the policy's own (table 6 of the paper). @param sign where it has one. */
export function apply(image: Pixels, name: Name, magnitude: number, sign: 1 | -1): Pixels {
  const share = magnitude / 9;
  const factor = 1 + sign * 0.9 * share;
  const shift = Math.round(sign * share * (150 / 331) * image.size);
  switch (name) {
    case 'shearY':
      return shear(image, sign * 0.3 * share);
    case 'translateX':
      return translate(image, 0, shift);
    case 'translateY':
      return translate(image, shift, 0);
    case 'rotate':
      return rotate(image, sign * 30 * share);
    case 'color':
      return color(image, factor);
    case 'contrast':
      return contrast(image, factor);
    case 'sharpness':
      return sharpness(image, factor);
    case 'brightness':
      return brightness(image, factor);
    case 'posterize':
      return posterize(image, Math.round(8 - 4 * share));
    case 'solarize':
      return solarize(image, 256 * (1 - share));
    case 'autoContrast':
      return autoContrast(image);
    case 'equalize':
      return equalize(image);
    case 'invert':
      return invert(image);
  }
}
