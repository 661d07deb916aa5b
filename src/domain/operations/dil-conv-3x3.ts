import { dilatedConvolution } from './convolutions.ts';

export const dilConv3x3 = dilatedConvolution('dil_conv_3x3', 3);
