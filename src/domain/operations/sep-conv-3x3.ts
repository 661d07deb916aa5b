import { separableConvolution } from './convolutions.ts';

export const sepConv3x3 = separableConvolution('sep_conv_3x3', 3);
