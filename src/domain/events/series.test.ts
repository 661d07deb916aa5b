import { expect, it } from 'vitest';
import type { SearchEvent } from './events.ts';
import { searchPoints, seriesCsv } from './series.ts';

const evaluated: SearchEvent = {
  ...{ type: 'evaluated', step: 12, time: 3456, stage: 0, split: 'validation' },
  ...{ accuracy: 0.5, loss: 1.25, images: 100, parameters: 10 },
};

it('has one row per number, and none for other values', () => {
  const step: SearchEvent = {
    ...{ type: 'step', step: 13, time: 4000, stage: 0, epoch: 1 },
    ...{ crossEntropy: Number.NaN, sizeRegularizer: 0, thresholdRegularizer: 2, gradientNorm: 1 },
    ...{
      accuracy: 0.1,
      lambda: 1e-5,
      msPerStep: 20,
      memoryBytes: 8,
      peakMemoryBytes: 9,
      timeLeft: 1,
    },
  };
  const csv = seriesCsv([evaluated, step, { type: 'paused', step: 13, time: 4001 }], searchPoints);
  const rows = csv.split('\r\n');
  expect(rows.slice(0, 3)).toEqual([
    'step,seconds,series,value',
    '12,3.456,accuracy/validation,0.5',
    '12,3.456,loss/validation,1.25',
  ]);
  expect(csv).not.toContain('cross_entropy');
  expect(rows).toContain('13,4.000,optimizer/lambda,0.00001');
});
