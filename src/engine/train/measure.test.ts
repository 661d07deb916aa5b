import { describe, expect, it } from 'vitest';
import { sampleTrained } from '../architecture/export/sample.ts';
import { createComposedStepper } from '../supernet/composed-stepper.ts';
import { measureLatency } from './latency.ts';
import { measureArchitecture, measuredRuns } from './measure.ts';

const { architecture } = sampleTrained(1, {
  space: {
    cells: 2,
    nodes: 1,
    channels: 4,
    stages: 2,
    stemMultiplier: 1,
    operations: ['skip_connect', 'sep_conv_3x3'],
  },
  imageSize: 8,
});

it('excludes the warm-up, and computes median and 95th percentile of the rest', async () => {
  // The first three take a second each, the others 20 ms down to 1 ms.
  const durations = [1000, 1000, 1000, ...Array.from({ length: 20 }, (_, i) => 20 - i)];
  let time = 0;
  const stepper = {
    logits: () => Promise.resolve(((time += durations.shift()!), new Float32Array(10))),
  };
  const latency = await measureLatency(
    stepper,
    { images: new Float32Array(), labels: new Int32Array(1), size: 1 },
    () => time,
    () => Promise.resolve(),
  );
  expect(latency).toEqual({ images: 1, passes: 20, median: 10, percentile95: 19 });
  expect(durations).toEqual([]);
});

describe('an architecture without a training', () => {
  it('runs one image at a time, and reports progress', async () => {
    const stepper = await createComposedStepper('cpu');
    const sizes = new Set<number>();
    const watched = {
      load: stepper.load.bind(stepper),
      logits: (...[batch, statistics]: Parameters<typeof stepper.logits>) => (
        sizes.add(batch.size),
        stepper.logits(batch, statistics)
      ),
    };
    const told: number[] = [];
    const latency = await measureArchitecture({
      architecture,
      stepper: watched,
      now: () => performance.now(),
      onRun: (done) => void told.push(done),
    });
    stepper.dispose();
    expect([...sizes]).toEqual([1]);
    expect(told).toEqual(Array.from({ length: measuredRuns }, (_, i) => i));
    expect(latency).toMatchObject({ images: 1, passes: 20 });
    expect(latency.percentile95).toBeGreaterThanOrEqual(latency.median);
  });
});
