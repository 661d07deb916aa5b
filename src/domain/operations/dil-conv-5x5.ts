import { dilatedConvolution } from './convolutions.ts';

export const dilConv5x5 = dilatedConvolution('dil_conv_5x5', 5);
