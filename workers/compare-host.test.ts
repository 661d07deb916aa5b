import 'fake-indexeddb/auto';
import { beforeAll, describe, expect, it } from 'vitest';
import { DatasetError } from '../src/datasets/dataset.ts';
import { emptyComparison } from '../src/engine/baselines/plan.ts';
import { comparisonSettings } from '../src/engine/baselines/preset.ts';
import type { Comparison } from '../src/engine/baselines/results.ts';
import type { SearchSettings } from '../src/domain/settings/schema.ts';
import type { CompareContract } from '../src/protocol/compare-messages.ts';
import type { DatasetSource } from '../src/protocol/messages.ts';
import { hostUnderTest } from '../src/protocol/testing.ts';
import { openComparisons } from '../src/storage/comparisons.ts';
import type { ComparisonRecord } from '../src/storage/records.ts';
import { CompareHost } from './compare-host.ts';
import { RunControl } from './run-control.ts';
import { storeSmallDataset } from './testing.ts';

/** As small as a search can be. */
const settings: SearchSettings = {
  ...comparisonSettings,
  space: {
    cells: 1,
    nodes: 1,
    channels: 2,
    stages: 1,
    stemMultiplier: 1,
    operations: ['skip_connect', 'sep_conv_3x3', 'max_pool_3x3'],
  },
  data: { imageSize: 4, trainImages: 64, validationFraction: 0.25, cropPadding: 0, flip: false },
  batchSize: 16,
  stage: { ...comparisonSettings.stage, warmUpEpochs: 0, maxEpochs: 1 },
  joint: { warmUpEpochs: 0, maxEpochs: 1 },
};
let source: DatasetSource;
beforeAll(async () => void (source = await storeSmallDataset()));

const comparisonOf = (change: Partial<Comparison> = {}): Comparison => ({
  ...emptyComparison({
    dataset: 'bright',
    backend: 'cpu',
    settings,
    training: { epochs: 1, trainImages: 48, testImages: 20 },
    methods: ['mgas', 'random'],
    targets: [100],
    seeds: [3],
  }),
  ...change,
});

async function stored(id: string, comparison: Comparison): Promise<void> {
  const { store } = await openComparisons();
  const record: ComparisonRecord = {
    id,
    name: id,
    created: 1,
    updated: 1,
    comparison,
    failures: [],
    source,
    deleted: null,
    imported: false,
  };
  await store.add(record);
  store.close();
}

async function kept(id: string): Promise<ComparisonRecord> {
  const { store } = await openComparisons();
  const record = await store.get(id);
  store.close();
  return record!;
}

function open() {
  const host = hostUnderTest<CompareContract>((emit) => new CompareHost(emit));
  const run = (id: string, comparison: Comparison) =>
    host.request('run', { id, comparison, dataset: source, backend: 'cpu' });
  return { ...host, run };
}

describe('the host of a comparison', () => {
  it('estimates from measured steps, then runs, stores every result, and repeats none', async () => {
    const { request, of, run } = open();
    const comparison = comparisonOf();
    const estimated = await request('estimate', {
      plan: comparison,
      dataset: source,
      backend: 'cpu',
    });
    expect(estimated).toMatchObject({ dataset: 'bright', estimate: { runs: 2, trainSteps: 3 } });
    expect(estimated.estimate.seconds).toBeGreaterThan(0);

    await stored('a', comparison);
    await run('a', comparison);
    const results = of('run-finished').map(({ result }) => result);
    expect(results.map(({ method, target, seed }) => [method, target, seed])).toEqual([
      ['mgas', 100, 3],
      ['random', 100, 3],
    ]);
    expect((await kept('a')).comparison.runs).toEqual(results);
    const { store } = await openComparisons();
    for (const { result, architecture } of of('run-finished')) {
      expect(architecture.parameters.active).toBe(result.parameters.active);
      expect(await store.architecture('a', result)).toEqual(architecture);
    }
    store.close();
    const progress = of('progress').map(({ progress: one }) => one);
    expect(progress.map(({ number, total, part }) => `${number}/${total} ${part}`)).toEqual(
      expect.arrayContaining(['1/2 search', '1/2 training', '2/2 training']),
    );
    expect(
      progress.every(({ timeLeft, step, maxSteps }) => timeLeft >= 0 && step <= maxSteps),
    ).toBe(true);

    // The page's copy is old: what is stored counts.
    const again = open();
    await again.run('a', comparison);
    expect(again.of('run-finished')).toEqual([]);
    expect((await kept('a')).comparison.runs).toEqual(results);
  }, 60_000);

  it('reports a failed run, and continues; it is retried the next time', async () => {
    const { of, run } = open();
    const wild = {
      ...settings,
      optimizers: {
        ...settings.optimizers,
        weights: { ...settings.optimizers.weights, rate: 1e30, clipNorm: 0 },
      },
    };
    const comparison = comparisonOf({ settings: wild });
    await stored('b', comparison);
    await run('b', comparison);
    expect(of('run-failed').map(({ failure }) => [failure.method, failure.error.code])).toEqual([
      ['mgas', 'diverged'],
    ]);
    expect(of('run-finished').map(({ result }) => result.method)).toEqual(['random']);
    const { failures, comparison: after } = await kept('b');
    expect(failures).toEqual(of('run-failed').map(({ failure }) => failure));
    expect(after.runs).toHaveLength(1);
    const again = open();
    await again.run('b', comparison);
    expect(again.of('run-finished')).toEqual([]);
    expect(again.of('run-failed')).toHaveLength(1);
    expect((await kept('b')).failures).toHaveLength(1);
  }, 60_000);

  it('reports that nothing is stored without a record, and runs anyway', async () => {
    const { of, run } = open();
    await run('nowhere', comparisonOf({ methods: ['random'] }));
    expect(of('keeping')[0]!.obstacle).not.toBeNull();
    expect(of('run-finished')).toHaveLength(1);
  }, 60_000);

  it('rejects other data, and data that do not fit, with a message', async () => {
    const { of, run, request } = open();
    await expect(run('c', comparisonOf({ dataset: 'another' }))).rejects.toMatchObject({
      code: 'other-data',
      message: expect.stringContaining('another') as string,
    });
    const estimating = request('estimate', {
      plan: comparisonOf({ training: { epochs: 1, trainImages: 5000, testImages: 0 } }),
      dataset: source,
      backend: 'cpu',
    });
    await expect(estimating).rejects.toThrow(DatasetError);
    await expect(estimating).rejects.toThrow('trainImages is 5000');
    // Neither has held the comparison's lock for good.
    await run('c', comparisonOf({ methods: ['random'] }));
    expect(of('run-finished')).toHaveLength(1);
  }, 60_000);
});

describe('pause and resume over runs', () => {
  it('pauses the next step, and stops the clock', () => {
    let time = 0;
    const calls: string[] = [];
    const running = (name: string) => ({
      pause: () => calls.push(`${name} pause`),
      resume: () => calls.push(`${name} resume`),
    });
    const control = new RunControl(() => time);
    control.hold(running('a'));
    time = 10;
    control.pause();
    control.hold(running('b'));
    expect(calls).toEqual(['a pause', 'b pause']);
    // Up to its step's end it still works.
    time = 15;
    control.stand();
    time = 100;
    expect(control.now()).toBe(15);
    control.resume();
    time = 110;
    expect(control.now()).toBe(25);
    expect(calls.at(-1)).toBe('b resume');
    control.pause();
    control.resume();
    expect(control.now()).toBe(25);
  });
});
