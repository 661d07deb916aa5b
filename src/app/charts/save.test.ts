import { describe, expect, it } from 'vitest';
import { plotCsv } from './save.ts';
import type { PlotData } from './plot.ts';

const data: PlotData = {
  lines: [
    {
      label: 'Loss, "raw"',
      color: 'text',
      style: 'line',
      points: [
        { x: 1, y: 0.1 + 0.2 },
        { x: 3, y: 2 },
      ],
    },
    { label: 'Accuracy', color: 'muted', style: 'dots', points: [{ x: 2, y: 0.5 }] },
  ],
  bands: [],
  xMax: 3,
  yMin: 0,
  yMax: 2,
};

describe('a chart as CSV', () => {
  it('has one row per step, empty where a line has no point, at full precision', () => {
    expect(plotCsv({ data, xUnit: 'step' }).split('\r\n')).toEqual([
      'step,"Loss, ""raw""",Accuracy',
      '1,0.30000000000000004,',
      '2,,0.5',
      '3,2,',
      '',
    ]);
  });

  it('is only a header if there are no values yet', () => {
    expect(plotCsv({ data: { ...data, lines: [] }, xUnit: 'step' })).toBe('step\r\n');
  });
});
