import { separableConvolution } from './convolutions.ts';

export const sepConv5x5 = separableConvolution('sep_conv_5x5', 5);
