/** Generated WGSL is read when something fails: it is formatted as a program, and has no numbers that a name should say. */
import { describe, expect, it } from 'vitest';
import { linear, linearFilterGradient, linearInputGradient } from './classifier/program.ts';
import { auxiliaryCrossEntropy, crossEntropy } from './cross-entropy/program.ts';
import { depthwiseFilterGradient } from './depthwise-filter-gradient/program.ts';
import { depthwiseInputGradient } from './depthwise-input-gradient/program.ts';
import { depthwiseForward } from './depthwise/program.ts';
import { globalPool } from './global-pool/program.ts';
import { mixBackward } from './mix-backward/program.ts';
import { mixForward } from './mix/program.ts';
import { applyNorm } from './norm-apply/program.ts';
import { normBackward } from './norm-backward/program.ts';
import { batchStatistics, runningStatistics } from './norm-statistics/program.ts';
import { pointwiseFilterGradient } from './pointwise-filter-gradient/program.ts';
import { pointwiseInputGradient } from './pointwise-input-gradient/program.ts';
import { pointwiseForward } from './pointwise/program.ts';
import { prologue } from './prologue/program.ts';
import { regularizers } from './regularizers/program.ts';
import { source } from './wgsl-program.ts';
import { sgd } from './sgd/program.ts';
import { stemFilterGradient } from './stem-filter-gradient/program.ts';
import { stemForward } from './stem/program.ts';
import { unitGradients } from './unit-gradients/program.ts';
import { weightGradients } from './weight-gradients/program.ts';

const programs = [
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
    ];
  }),
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

/** Lines that are not indented by their brackets, or hold more than one statement. */
function misformatted(code: string): string[] {
  let depth = 0;
  return code.split('\n').filter((line) => {
    const text = line.trim();
    const closing = /^[})]/.test(text) ? 1 : 0;
    const indented = line === ' '.repeat(2 * (depth - closing)) + text && text !== '';
    const words = text.replace(/\/\/.*|\/\*.*\*\//, '');
    const statements = words.startsWith('for (') ? words.replace(/^for \(.*\) \{$/, '') : words;
    const single = /^[^;]*;?$/.test(statements) && !/\{ \S/.test(statements);
    for (const bracket of words) {
      if ('({['.includes(bracket)) depth++;
      if (')}]'.includes(bracket)) depth--;
    }
    return !indented || !single;
  });
}

describe('generated WGSL', () => {
  it.each(programs.map((program) => [program.label, program] as const))('%s', (_, program) => {
    for (const subgroups of [false, true]) {
      const code = source(program, subgroups);
      expect(misformatted(code)).toEqual([]);
      expect(code.match(/0x[0-9a-f]+/i)).toBeNull();
      // Tables are only read by the readers of rows.
      const reads = code.split('\n').filter((line) => /\btables\[/.test(line));
      expect(reads.filter((line) => !/tables\[at( \+ \d+u)?\]/.test(line))).toEqual([]);
    }
  });
});
