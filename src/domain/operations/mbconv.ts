/** Mobile inverted bottleneck convolutions (MobileNetV2, arXiv 1801.04381), the candidates of ProxylessNAS (1812.00332). */
import type { Operation } from './operation.ts';

export const mbconvKernels = [3, 5, 7] as const;
/** Of a searched block. Without an expansion there would be no convolution whose filters the first gate could remove. */
export const mbconvExpansions = [2, 3, 4, 5, 6] as const;

type Kernel = (typeof mbconvKernels)[number];
type Expansion = (typeof mbconvExpansions)[number];

type Square<K extends Kernel> = K extends Kernel ? `${K}x${K}` : never;
export type MbconvName = `mbconv_${Square<Kernel>}_e${Expansion}`;

/** What a block is told by. */
export interface MbconvShape {
  readonly kernel: Kernel;
  /** Channels inside, as a multiple of those that it reads. */
  readonly expansion: Expansion;
}

export const mbconvName = ({ kernel, expansion }: MbconvShape): MbconvName =>
  `mbconv_${kernel}x${kernel}_e${expansion}` as MbconvName;

export interface MbconvOperation extends Operation<MbconvName> {
  readonly shape: MbconvShape;
}

function mbconv(shape: MbconvShape): MbconvOperation {
  const { kernel, expansion } = shape;
  return {
    name: mbconvName(shape),
    label: `MBConv ${kernel}\u00d7${kernel}, expansion ${expansion}`,
    short: `mb ${kernel} e${expansion}`,
    inPresets: false,
    shape,
    emit: (place) => place.invertedBottleneck(place.input, shape),
  };
}

/** All of them; a space lists those that it offers. */
export const mbconvs: readonly MbconvOperation[] = mbconvKernels.flatMap((kernel) =>
  mbconvExpansions.map((expansion) => mbconv({ kernel, expansion })),
);
