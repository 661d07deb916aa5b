import { expect, it } from 'vitest';
import { sampleTrained } from '../../engine/architecture/export/sample.ts';
import { trainSettingsFor } from '../../engine/train/settings.ts';
import type { ArchitectureRecord } from '../../storage/records.ts';
import { fingerprint } from '../../storage/trainings.ts';
import { latencyFor } from './training-latency.ts';

const { architecture } = sampleTrained();
const other = sampleTrained(2).architecture;
const of = fingerprint(architecture);
const latency = {
  images: 1,
  passes: 20,
  median: 1,
  percentile95: 2,
  adapter: 'An adapter',
  measured: 7,
};
const record = (change: Partial<ArchitectureRecord>): ArchitectureRecord => ({
  id: 'a',
  runId: 'a',
  name: 'A',
  created: 1,
  architecture,
  ...change,
});
const started = (widen: number) => ({
  ...{
    type: 'training-started' as const,
    step: 0,
    time: 0,
    backend: 'webgpu',
    parameters: architecture.parameters,
    macs: architecture.macs,
    maxSteps: 1,
  },
  settings: { ...trainSettingsFor(architecture, 1), widen },
  dataset: { name: 'x', classNames: [], trainImages: 1, testImages: 1 },
});
const trained = {
  type: 'training-latency' as const,
  step: 1,
  time: 1,
  images: 64,
  passes: 20,
  median: 5,
  percentile95: 6,
};

it('is the training\u2019s own where it has one', () => {
  const own = { adapter: 'Another', images: 64, passes: 20, median: 5, percentile95: 6 };
  expect(
    latencyFor({ of, started: started(1), latency: { ...trained, adapter: 'Another' } }, [
      record({ latency }),
    ]),
  ).toEqual(own);
  // As stored before adapters were noted.
  expect(latencyFor({ of, started: started(1), latency: trained }, [])).toEqual({
    ...own,
    adapter: 'webgpu',
  });
});

it('otherwise comes from the library, of the very architecture that was trained', () => {
  const without = { of, started: started(1), latency: null };
  expect(
    latencyFor(without, [
      record({}),
      record({ architecture: other, latency: { ...latency, median: 9 } }),
      record({ id: 'file', runId: null, latency }),
    ]),
  ).toEqual(latency);
  expect(latencyFor(without, [record({ architecture: other, latency })])).toBeNull();
  expect(latencyFor({ ...without, started: started(2) }, [record({ latency })])).toBeNull();
  expect(latencyFor({ ...without, of: null }, [record({ latency })])).toBeNull();
});
