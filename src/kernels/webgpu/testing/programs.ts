/** One of each program, in the variants that generate code of their own. */
import { linear, linearFilterGradient, linearInputGradient } from '../classifier/program.ts';
import { auxiliaryCrossEntropy, crossEntropy } from '../cross-entropy/program.ts';
import { depthwiseFilterGradient } from '../depthwise-filter-gradient/program.ts';
import { depthwiseInputGradient } from '../depthwise-input-gradient/program.ts';
import { depthwiseForward } from '../depthwise/program.ts';
import { globalPool } from '../global-pool/program.ts';
import { mixBackward } from '../mix-backward/program.ts';
import { mixForward } from '../mix/program.ts';
import { applyNorm } from '../norm-apply/program.ts';
import { normBackward } from '../norm-backward/program.ts';
import {
  batchStatistics,
  runningStatistics,
  statisticsShares,
} from '../norm-statistics/program.ts';
import { pointwiseFilterGradient } from '../pointwise-filter-gradient/program.ts';
import { pointwiseInputGradient } from '../pointwise-input-gradient/program.ts';
import { pointwiseForward } from '../pointwise/program.ts';
import { poolInputGradient } from '../pool-input-gradient/program.ts';
import { poolForward } from '../pool/program.ts';
import { prologue } from '../prologue/program.ts';
import { regularizers } from '../regularizers/program.ts';
import { sgd } from '../sgd/program.ts';
import { stemFilterGradient } from '../stem-filter-gradient/program.ts';
import { stemForward } from '../stem/program.ts';
import { unitGradients } from '../unit-gradients/program.ts';
import { weightGradients } from '../weight-gradients/program.ts';

export const programs = [
  ...([1, 2] as const).flatMap((stride) => {
    const v = { stride, rows: 4, activation: stride === 1 ? 'affine' : 'affine6' } as const;
    const c = { kernel: 5, dilation: 1 };
    const mix = { stride, inPlace: false, dropPath: stride === 2, pools: true };
    const strided = stride === 2;
    return [
      depthwiseForward(v, c),
      depthwiseInputGradient(v, [c]),
      depthwiseFilterGradient(v, c, 8, 5),
      mixForward(mix),
      mixBackward(mix, stride * 8),
      pointwiseForward({ activation: 'relu', strided }),
      pointwiseInputGradient({ activation: 'relu', strided }),
      pointwiseFilterGradient({ activation: 'relu', strided, tile: 2 }, 8),
      stemForward(3, stride),
      stemFilterGradient(3, stride, 8),
      normBackward(16, strided),
      normBackward(16, strided, 'sums'),
      normBackward(16, strided, 'gradient'),
      poolForward(stride),
      poolInputGradient(stride),
    ];
  }),
  mixForward({ stride: 1, inPlace: true, dropPath: false, pools: true }),
  mixBackward({ stride: 1, inPlace: true, dropPath: false, pools: true }, 8),
  mixForward({ stride: 1, inPlace: false, dropPath: false, pools: false }),
  mixBackward({ stride: 1, inPlace: false, dropPath: false, pools: false }, 8),
  ...(['none', 'affine6'] as const).flatMap((activation) => [
    pointwiseForward({ activation, strided: false }),
    pointwiseInputGradient({ activation, strided: false }),
    pointwiseFilterGradient({ activation, strided: false, tile: 2 }, 8),
  ]),
  ...(['none', 'relu6'] as const).flatMap((activation) => [
    globalPool(activation),
    linearInputGradient(activation),
  ]),
  batchStatistics(16),
  batchStatistics(16, true),
  statisticsShares(16),
  runningStatistics,
  applyNorm,
  linear,
  linearFilterGradient,
  crossEntropy,
  auxiliaryCrossEntropy,
  prologue,
  unitGradients,
  weightGradients,
  regularizers,
  sgd,
];
