/** The convolutions of DARTS (arXiv 1806.09055), of any kernel. */
import type { Operation } from './operation.ts';

const square = (kernel: number): string => `${kernel}\u00d7${kernel}`;

/** Depthwise + pointwise + batch norm, twice. */
export function separableConvolution<Name extends string>(
  name: Name,
  kernel: number,
  { inPresets = true } = {},
): Operation<Name> {
  return {
    name,
    label: `separable convolution ${square(kernel)}`,
    short: `sep ${kernel}`,
    inPresets,
    kind: 'separable',
    kernel,
    dilation: 1,
    blocks: 2,
  };
}

/** Depthwise with a dilation of 2 + pointwise + batch norm, once. */
export function dilatedConvolution<Name extends string>(
  name: Name,
  kernel: number,
  { inPresets = true } = {},
): Operation<Name> {
  return {
    name,
    label: `dilated convolution ${square(kernel)}`,
    short: `dil ${kernel}`,
    inPresets,
    kind: 'dilated',
    kernel,
    dilation: 2,
    blocks: 1,
  };
}
