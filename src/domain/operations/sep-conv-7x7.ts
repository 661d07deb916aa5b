/** Of DARTS' program; the paper's search space leaves it out, and so do the presets. */
import { separableConvolution } from './convolutions.ts';

export const sepConv7x7 = separableConvolution('sep_conv_7x7', 7, { inPresets: false });
