/** The convolutions of DARTS (arXiv 1806.09055), of any kernel. */
import type { Operation } from './operation.ts';

interface Options {
  readonly inPresets?: boolean;
}

const square = (kernel: number): string => `${kernel}\u00d7${kernel}`;

/** A block of the kernel, twice; the first has the stride. */
export function separableConvolution<Name extends string>(
  name: Name,
  kernel: number,
  { inPresets = true }: Options = {},
): Operation<Name> {
  return {
    ...{ name, label: `separable convolution ${square(kernel)}`, short: `sep ${kernel}` },
    inPresets,
    emit: (place) => {
      const first = place.block(place.input, { kernel, stride: place.stride });
      return place.block(first, { kernel });
    },
  };
}

/** One block of the kernel with a dilation of 2. */
export function dilatedConvolution<Name extends string>(
  name: Name,
  kernel: number,
  { inPresets = true }: Options = {},
): Operation<Name> {
  return {
    ...{ name, label: `dilated convolution ${square(kernel)}`, short: `dil ${kernel}` },
    inPresets,
    emit: (place) => place.block(place.input, { kernel, stride: place.stride, dilation: 2 }),
  };
}
