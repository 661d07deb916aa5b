/** Over 250 lines: every method is held against the same small search. */
import { describe, expect, it } from 'vitest';
import { describeArchitecture } from '../architecture/describe.ts';
import { countParameters, superNetTotals } from '../granularity/count.ts';
import { count } from '../granularity/network.ts';
import type { Network } from '../granularity/network.ts';
import { startSearch } from '../search/search.ts';
import type { SearchEvent } from '../../domain/events/events.ts';
import { FakeStepper } from '../search/testing/fake-stepper.ts';
import { smallSettings, syntheticData } from '../search/testing/setup.ts';
import { rebuildNetwork } from '../train/rebuild.ts';
import { fixedRatios, planSearch, superNet } from './methods.ts';
import { randomNetwork } from './random-network.ts';
import { pruneByRatios, pruneFilters } from './ratios.ts';
import { comparisonCsv, methodNames, parseComparison } from './results.ts';
import type { Comparison, MethodName, RunResult } from './results.ts';
import {
  hypervolume,
  pairedSentence,
  pairedTest,
  paretoFront,
  signTest,
  spread,
  spreadText,
  summarize,
} from './summary.ts';
import type { PairedTest } from './summary.ts';

const image = { size: 8, channels: 1, classes: 10 };
const target = 6000;
const settings = smallSettings((s) => (s.targetParameters = target));
const whole = superNet(settings, image);

async function search(method: MethodName) {
  const events: SearchEvent[] = [];
  const plan = planSearch(method, settings, image)!;
  const architecture = await startSearch({
    ...plan,
    data: syntheticData(settings),
    stepper: new FakeStepper(),
    emit: (event) => events.push(event),
  }).result;
  return { architecture: architecture!, events };
}

const describeNetwork = (network: Network) =>
  describeArchitecture({
    network,
    totals: superNetTotals(network.plan.space),
    settings,
    data: syntheticData(settings),
    steps: 0,
    validationAccuracy: null,
    targetReached: true,
  });

describe('the methods', () => {
  it.each([
    ['operation-only', ['operation']],
    ['filter-only', ['filter']],
    ['weight-only', ['weight']],
  ] as const)('%s prunes at that level alone', async (method, pruned) => {
    const { remaining } = (await search(method)).architecture;
    // What goes with an operation or a filter is gone too, but a level that is finer than the method's never goes by itself.
    const untouched = (['operation', 'filter', 'weight'] as const).slice(
      0,
      ['operation', 'filter', 'weight'].indexOf(pruned[0]),
    );
    for (const level of untouched) expect(remaining[level].left).toBe(remaining[level].total);
    expect(remaining[pruned[0]].left).toBeLessThan(remaining[pruned[0]].total);
  });

  it('one-stage searches all cells from the start, for the maximum epochs of all stages', async () => {
    const { events } = await search('one-stage');
    expect(events.filter(({ type }) => type === 'stage-started')).toMatchObject([
      { joint: true, firstCell: 0, lastCell: 2 },
    ]);
    const maxSteps = (list: readonly SearchEvent[]) =>
      list.flatMap((event) => (event.type === 'started' ? [event.maxSteps] : []));
    expect(maxSteps(events)).toEqual(maxSteps((await search('mgas')).events));
  });

  it('no-reevaluation neither prunes earlier stages again nor regrows', async () => {
    const { events } = await search('no-reevaluation');
    expect(events.some(({ type }) => type === 'regrown')).toBe(false);
    expect(
      events.some(
        (event) =>
          event.type === 'pruned' &&
          event.stage < 3 &&
          event.operations.some(({ reprune }) => reprune),
      ),
    ).toBe(false);
  });

  it('fixed-ratio meets the target by the same ratios in every layer', async () => {
    const { architecture } = await search('fixed-ratio');
    expect(architecture.parameters.active).toBeLessThanOrEqual(target);
    const widths = architecture.cells.flatMap(({ channels, operations }) =>
      operations.flatMap(({ blocks }) => blocks.map(({ filters }) => filters.length / channels)),
    );
    expect(widths.length).toBeGreaterThan(0);
    for (const width of widths) expect(Math.abs(width - fixedRatios.filters)).toBeLessThan(0.15);
    const kept = architecture.cells.flatMap(({ operations }) =>
      operations.flatMap(({ blocks }) =>
        blocks.map(
          ({ pointwise }) => pointwise.alive / (pointwise.shape[2]! * pointwise.shape[3]!),
        ),
      ),
    );
    expect(Math.max(...kept) - Math.min(...kept)).toBeLessThan(0.2);
  });
});

describe('fixed ratios', () => {
  it('keep the filters of largest gamma and the weights of largest magnitude', () => {
    const network = superNet(settings, image);
    const { table } = network.plan;
    const gamma = table.byName.get('cells.0.edges.0.sep_conv_3x3.block0.norm.gamma')!;
    network.parameters.values.set([0.1, -3, 2, 0.2], gamma.offset);
    const half = pruneFilters(network, 0.5);
    expect(
      half.plan.cells[0]!.candidates.flatMap(({ blocks }) => blocks).find(({ name }) =>
        gamma.name.startsWith(name),
      )!.filters,
    ).toEqual([1, 2]);
    const masked = pruneByRatios(network, { weights: 0.25 });
    const array = table.byName.get('cells.0.edges.0.sep_conv_3x3.block0.pointwise')!;
    const values = [
      ...network.parameters.values.subarray(array.offset, array.offset + array.size),
    ].map(Math.abs);
    const mask = masked.parameters.weightMask.subarray(array.offset, array.offset + array.size);
    expect(count(mask)).toBe(array.size / 4);
    expect(Math.min(...values.filter((_, i) => mask[i]))).toBeGreaterThanOrEqual(
      Math.max(...values.filter((_, i) => !mask[i])),
    );
  });
});

describe('random architectures', () => {
  it.each([
    [1, 2500],
    [2, 9000],
  ])(
    'are of the size asked for, differ by seed, and can be trained (seed %i, %i parameters)',
    (seed, size) => {
      const network = randomNetwork(whole, size, seed);
      expect(countParameters(network).active).toBeLessThanOrEqual(size);
      expect(countParameters(network).active).toBeGreaterThan(0.9 * size);
      expect(() => rebuildNetwork(describeNetwork(network), seed)).not.toThrow();
      expect(network.masks).not.toEqual(randomNetwork(whole, size, seed + 10).masks);
      // Not the plan: its graph shares nodes, and a deep comparison would walk every path.
      const again = randomNetwork(whole, size, seed);
      expect(again.masks).toEqual(network.masks);
      expect(again.parameters).toEqual(network.parameters);
      expect(again.plan.table.specs).toEqual(network.plan.table.specs);
    },
  );
});

const run = (method: MethodName, seed: number, testAccuracy: number, active = 900): RunResult => ({
  method,
  target: 1000,
  seed,
  parameters: { dense: 1200, active },
  macs: { dense: 10, sparse: 5 },
  remaining: { operation: 0.5, filter: 0.5, weight: 0.5 },
  searchSteps: 10,
  searchSeconds: 2,
  peakBytes: 3,
  validationAccuracy: null,
  trainSeconds: 1,
  testAccuracy,
  testLoss: 1,
});

describe('a summary', () => {
  const runs = [
    run('mgas', 1, 0.8),
    run('mgas', 2, 0.7, 800),
    run('mgas', 3, 0.9),
    run('random', 1, 0.7),
    run('random', 2, 0.75),
    run('random', 3, 0.6, 1100),
  ];

  it('gives mean and sample deviation by method and target', () => {
    const [mgas, random] = summarize({ methods: ['mgas', 'random'], targets: [1000], runs });
    expect(mgas).toMatchObject({
      runs: 3,
      reached: 3,
      accuracy: { mean: expect.closeTo(0.8), deviation: expect.closeTo(0.1) },
    });
    expect(random).toMatchObject({ runs: 3, reached: 2 });
  });

  it('pairs runs of equal target and seed, and reports the better method', () => {
    const test = pairedTest(runs, 'random');
    expect(test).toMatchObject({
      // The third of "random" is a tenth too large.
      ...{ all: 3, pairs: 2, better: 1, equal: 0 },
      difference: expect.closeTo(0.05 / 2),
      p: 1,
    });
    expect(pairedSentence(test)).toBe(
      'MGAS is on average 2.5 points more accurate than "Random" (better in 1 of 2 pairs of equal target and seed; exact sign test p = 1.00; 1 more pair is excluded, because one of the two misses the target by more than 2%): not distinguishable; at least 6 differing pairs are needed.',
    );
    expect(
      pairedSentence(
        pairedTest(
          runs.map((r) => (r.method === 'mgas' ? { ...r, testAccuracy: 0 } : r)),
          'random',
        ),
      ),
    ).toMatch(/points less accurate than "Random" \(better in 0 of 2 pairs/);
  });

  const test = (fields: Partial<PairedTest>): PairedTest => ({
    ...{ baseline: 'random', all: 8, pairs: 8, better: 8, equal: 0 },
    ...{ difference: 0.02, p: signTest(8, 8), ...fields },
  });

  it('states the direction of the mean, and whether it is distinguishable from chance', () => {
    // Better in half of the pairs, and worse on average: the sentence that contradicted its number.
    const half = { pairs: 2, better: 1, difference: -0.047, p: signTest(1, 2), all: 2 };
    expect(pairedSentence(test(half))).toBe(
      'MGAS is on average 4.7 points less accurate than "Random" (better in 1 of 2 pairs of equal target and seed; exact sign test p = 1.00): not distinguishable; at least 6 differing pairs are needed.',
    );
    expect(pairedSentence(test({}))).toBe(
      'MGAS is on average 2.0 points more accurate than "Random" (better in 8 of 8 pairs of equal target and seed; exact sign test p = 0.008): distinguishable at the 5% level.',
    );
    expect(pairedSentence(test({ better: 5, p: signTest(5, 8) }))).toMatch(
      /p = 0\.73\): not distinguishable\.$/,
    );
    expect(pairedSentence(test({ difference: -0.01 }))).toMatch(/neither counts as better\.$/);
    expect(pairedSentence(test({ difference: 0, better: 4, p: 1 }))).toMatch(/as accurate as/);
  });

  it('compares nothing if no pair has equal sizes, and reports it', () => {
    const large = runs.map((r) => ({ ...r, parameters: { dense: 2000, active: 1021 } }));
    const none = pairedTest(large, 'random');
    expect(none).toMatchObject({ all: 3, pairs: 0, better: 0, difference: 0, p: 1 });
    expect(pairedSentence(none)).toBe(
      'MGAS and "Random" cannot be compared at equal size: both meet the target within 2% in 0 of 3 pairs.',
    );
    const near = large.map((r) => ({ ...r, parameters: { dense: 2000, active: 1020 } }));
    expect(pairedTest(near, 'random').pairs).toBe(3);
  });

  it('measures the area under a front by sizes up to the largest', () => {
    // 0.7 from 800 on, 0.9 from 900 on.
    expect(hypervolume(runs, 850)).toBeCloseTo((50 * 0.7) / 850);
    expect(hypervolume(runs, 2000)).toBeCloseTo((100 * 0.7 + 1100 * 0.9) / 2000);
    expect(hypervolume(runs, 700)).toBe(0);
    expect(hypervolume([], 700)).toBe(0);
  });

  it('has no standard deviation for a single seed', () => {
    expect(spread([0.7])).toEqual({ mean: 0.7, deviation: null });
    expect(spreadText(spread([70]), (value) => value.toFixed(1))).toBe('70.0');
    expect(spreadText(spread([70, 72]), (value) => value.toFixed(1))).toBe('71.0 \u00b1 1.4');
  });

  it('tests signs exactly', () => {
    expect(signTest(6, 6)).toBeCloseTo(2 / 64);
    expect(signTest(0, 6)).toBeCloseTo(2 / 64);
    expect(signTest(5, 6)).toBeCloseTo(14 / 64);
    expect(signTest(3, 6)).toBe(1);
    expect(signTest(0, 0)).toBe(1);
  });

  it('keeps the networks of each method that no smaller one matches', () => {
    expect(paretoFront(runs).map(({ seed, method }) => [method, seed])).toEqual([
      ['mgas', 2],
      ['mgas', 3],
    ]);
  });
});

describe('results', () => {
  const comparison: Comparison = {
    format: 'mgas-comparison',
    version: 1,
    dataset: 'fashion-mnist',
    backend: 'webgpu',
    settings,
    training: { epochs: 1, trainImages: 10, testImages: 10 },
    methods: [...methodNames],
    targets: [1000],
    seeds: [1],
    runs: [run('mgas', 1, 0.8)],
  };

  it('survive a round trip as JSON; invalid ones are rejected with the path', () => {
    expect(parseComparison(JSON.stringify(comparison))).toEqual(comparison);
    expect(() =>
      parseComparison(JSON.stringify({ ...comparison, runs: [{ ...run('mgas', 1, 2) }] })),
    ).toThrow(/runs\.0\.testAccuracy/);
    expect(() => parseComparison('{')).toThrow(/Not valid JSON/);
  });

  it('are written as CSV, one line per run', () => {
    const [head, line, end] = comparisonCsv(comparison).split('\r\n');
    expect(head!.split(',')).toHaveLength(line!.split(',').length);
    expect(line).toMatch(/^mgas,1000,1,900,/);
    expect(end).toBe('');
  });
});
