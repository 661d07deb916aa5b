import { describe, expect, it } from 'vitest';
import type { SearchEvent } from '../src/domain/events/events.ts';
import { paperSettings } from '../src/domain/settings/presets.ts';
import { duration, foldProgress, initialProgress, progressWriter, statusLine } from './progress.ts';

const counts = {
  operation: { left: 1, total: 2 },
  filter: { left: 3, total: 4 },
  weight: { left: 1, total: 8 },
};
const events: SearchEvent[] = [
  {
    type: 'started',
    step: 0,
    time: 0,
    settings: paperSettings,
    backend: 'webgpu',
    engineVersion: '1',
    superNetParameters: 12_345,
    maxSteps: 900,
    dataset: {
      name: 'noise',
      classes: 10,
      classNames: [],
      trainImages: 1000,
      validationImages: 100,
    },
  },
  {
    type: 'stage-started',
    step: 0,
    time: 1,
    stage: 0,
    joint: false,
    firstCell: 0,
    lastCell: 1,
    parameters: { dense: 9000, active: 8000 },
    goalParameters: 2000,
    maxSteps: 300,
  },
  { type: 'phase', step: 0, time: 1, stage: 0, phase: 'search' },
  {
    type: 'step',
    step: 20,
    time: 40_000,
    stage: 0,
    epoch: 1,
    crossEntropy: 2,
    sizeRegularizer: 10,
    thresholdRegularizer: 30,
    gradientNorm: 1,
    accuracy: 0.25,
    lambda: 0.01,
    msPerStep: 100,
    memoryBytes: 1,
    peakMemoryBytes: 2,
    timeLeft: 125_000,
    timeLeftLeast: 31_000,
  },
  {
    type: 'committed',
    step: 20,
    time: 41_000,
    stage: 0,
    round: 1,
    counts,
    parameters: { dense: 7000, active: 6000 },
    lambda: 0.01,
    memoryBefore: 2,
    memoryAfter: 1,
  },
];

describe('progress', () => {
  it('formats events as one line', () => {
    expect(statusLine(events.reduce(foldProgress, initialProgress))).toBe(
      'stage 1 of 3, search | step 20 of at most 900 | loss 2.400, 25.0% | 6,000 -> 500,000 parameters | 0:31 to 2:05 left',
    );
  });

  it('fits the line into the terminal', () => {
    const line = statusLine(events.reduce(foldProgress, initialProgress), 30);
    expect(line).toHaveLength(30);
    expect(line).toMatch(/\.\.\.$/);
  });

  it('writes plain lines without a terminal', () => {
    let text = '';
    const write = progressWriter({ write: (part) => (text += part) }, false);
    events.forEach(write);
    expect(text.split('\n')).toEqual([
      'noise: 1,000 images to search on, 100 held out; super-net of 12,345 parameters on webgpu',
      'stage 1 of 3: cells 1-2, 8,000 -> 2,000 parameters',
      'stage 1 of 3, search | step 20 of at most 900 | loss 2.400, 25.0% | 8,000 -> 500,000 parameters | 0:31 to 2:05 left',
      'round 1: operations 50.0%, filters 75.0%, weights 12.5% left; 6,000 parameters',
      '',
    ]);
    expect(text).not.toContain('\x1b');
  });

  it('ends with the accuracy, the images it was measured on and its interval', () => {
    let text = '';
    const write = progressWriter({ write: (part) => (text += part) }, false);
    write({
      ...{ type: 'finished', step: 40, time: 65_000, targetReached: true, accuracy: 0.5 },
      ...{ images: 400, parameters: { dense: 900, active: 800 }, architecture: null as never },
    });
    expect(text).toBe(
      'finished after 1:05: 800 parameters, within the target, validation accuracy 50.0% (n = 400, 45\u201355%)\n',
    );
  });

  it('rewrites one line on a terminal, and clears it at the end', () => {
    let text = '';
    const write = progressWriter({ write: (part) => (text += part), columns: 40 }, true);
    events.forEach(write);
    write({ type: 'stopped', step: 21, time: 42_000, architecture: null });
    expect(text.endsWith('stopped after 21 steps\n\r\x1b[K')).toBe(true);
  });
});

it('writes durations', () => {
  expect([duration(0), duration(59_600), duration(3_723_000), duration(-5)]).toEqual([
    '0:00',
    '1:00',
    '1:02:03',
    '0:00',
  ]);
});
