import { describe, expect, it } from 'vitest';
import { SearchFailure } from './failure.ts';
import { fakeSearch, smallSettings } from './testing/setup.ts';

const withoutTime = (event: object): object => ({
  ...event,
  time: 0,
  msPerStep: 0,
  timeLeft: 0,
  timeLeftLeast: 0,
});

describe('a search', () => {
  it('runs every stage and the joint one, and finishes at the target', async () => {
    const settings = smallSettings();
    const { running, recording } = fakeSearch(settings);
    const architecture = await running.result;
    expect(recording.events[0]!.type).toBe('started');
    expect(
      recording
        .of('stage-started')
        .map(({ stage, joint, firstCell, lastCell }) => [stage, joint, firstCell, lastCell]),
    ).toEqual([
      [0, false, 0, 0],
      [1, false, 1, 1],
      [2, false, 2, 2],
      [3, true, 0, 2],
    ]);
    expect(recording.of('stage-finished')).toHaveLength(4);
    const [finished] = recording.of('finished');
    expect(finished).toMatchObject({ targetReached: true, architecture });
    expect(finished!.parameters.active).toBeLessThanOrEqual(settings.targetParameters);
    expect(recording.events.at(-1)).toBe(finished);
  });

  it('prunes at every level and regrows after every stage but the first', async () => {
    const { running, recording } = fakeSearch(smallSettings());
    await running.result;
    const pruned = recording.of('pruned');
    expect(pruned.flatMap(({ operations }) => operations).length).toBeGreaterThan(0);
    expect(pruned.flatMap(({ filters }) => filters).length).toBeGreaterThan(0);
    expect(pruned.flatMap(({ weights }) => weights).length).toBeGreaterThan(0);
    expect(pruned.some(({ operations }) => operations.some(({ reprune }) => reprune))).toBe(true);
    expect(recording.of('regrown').map(({ stage }) => stage)).toEqual([1, 2]);
  });

  it('takes at most the announced steps, and counts the time left down to them', async () => {
    const { running, recording } = fakeSearch(smallSettings((s) => (s.targetParameters = 1)));
    await running.result;
    const { maxSteps } = recording.of('started')[0]!;
    expect(recording.events.at(-1)!.step).toBeLessThanOrEqual(maxSteps);
    expect(recording.of('finished')[0]!.targetReached).toBe(false);
    expect(recording.of('step').every(({ timeLeft }) => timeLeft >= 0)).toBe(true);
  });

  it('trains weights alone in a warm-up, and all while it searches and scores', async () => {
    const modes = new Set<string>();
    let phase = '';
    const { running } = fakeSearch(
      smallSettings(),
      {
        onStep: (_, { update }) => modes.add(`${phase}: ${Object.values(update).join(' ')}`),
      },
      (event) => {
        if (event.type === 'phase') phase = event.phase;
      },
    );
    await running.result;
    expect([...modes].sort()).toEqual([
      'scoring: train train train train train',
      'search: train train train train train',
      'warm-up: train off off off off',
    ]);
  });

  it('starts every stage with thresholds at zero and new optimizers', async () => {
    let opening = false;
    let checked = 0;
    const { running } = fakeSearch(
      smallSettings(),
      {
        onLoad: ({ table }, { values, momentum }) => {
          if (!opening) return;
          for (const group of ['threshold', 'weightThreshold'] as const) {
            const { offset, size } = table.groups[group];
            expect(values.subarray(offset, offset + size).every((x) => x === 0)).toBe(true);
          }
          expect(momentum.every((x) => x === 0)).toBe(true);
          checked++;
        },
      },
      (event) => (opening = event.type === 'phase' && event.phase === 'compiling'),
    );
    await running.result;
    expect(checked).toBe(4);
  });

  it('counts parameters softly, in millions or mean candidates; as constants by settings of earlier versions', async () => {
    const run = async (regularizer: { mu: number; softCount?: boolean; relativeMu?: boolean }) => {
      const fixed: boolean[] = [];
      const mu = new Set<number>();
      const { lambda0, c0, fewPruned, manyPruned } = smallSettings().regularizer;
      const { running } = fakeSearch(
        smallSettings(
          (s) => (s.regularizer = { lambda0, c0, fewPruned, manyPruned, ...regularizer }),
        ),
        {
          onLoad: (_, __, { fixedCounts }) => fixed.push(fixedCounts !== undefined),
          onStep: (_, hyper) => mu.add(hyper.mu),
          failure: new Error('seen enough'),
        },
      );
      await expect(running.result).rejects.toThrow('seen enough');
      return { fixed: [...new Set(fixed)], mu: [...mu] };
    };
    expect(await run({ mu: 2 })).toEqual({ fixed: [true], mu: [2e-6] });
    expect(await run({ mu: 2, softCount: true })).toEqual({ fixed: [false], mu: [2e-6] });
    const relative = await run({ mu: 2, softCount: true, relativeMu: true });
    expect(relative.fixed).toEqual([false]);
    // A candidate of this space has some tens of weights.
    expect(relative.mu[0]).toBeGreaterThan(2 / 1000);
    expect(relative.mu[0]).toBeLessThan(2 / 10);
  });

  it('is reproducible with the same seed, also across a pause', async () => {
    const settings = smallSettings();
    const first = fakeSearch(settings);
    const architecture = await first.running.result;
    const second = fakeSearch(settings, {}, (event, running) => {
      if (event.type === 'step' && event.step === 30) running().pause();
      if (event.type === 'paused') setTimeout(() => running().resume(), 5);
    });
    expect(await second.running.result).toEqual(architecture);
    expect(second.recording.of('resumed')).toHaveLength(1);
    const told = second.recording.events.filter(
      ({ type }) => type !== 'paused' && type !== 'resumed',
    );
    expect(told.map(withoutTime)).toEqual(first.recording.events.map(withoutTime));
  });

  it('differs with another seed', async () => {
    const one = await fakeSearch(smallSettings()).running.result;
    const other = await fakeSearch(smallSettings((s) => (s.seed = 2))).running.result;
    expect(other).not.toEqual(one);
  });

  it('does not train while paused', async () => {
    let steps = 0;
    const { running, recording } = fakeSearch(smallSettings(), { onStep: () => steps++ });
    running.pause();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(recording.events.map(({ type }) => type)).toEqual(['paused']);
    expect(steps).toBe(0);
    running.stop();
    expect(await running.result).toBeNull();
  });

  it('stops within one step and writes the architecture so far', async () => {
    const { running, recording } = fakeSearch(smallSettings(), {
      onStep: (step) => {
        if (step === 50) running.stop();
      },
    });
    const architecture = await running.result;
    expect(recording.events.at(-1)).toMatchObject({ type: 'stopped', step: 51 });
    expect(architecture).toMatchObject({ targetReached: false, steps: 51 });
  });

  it('fails with advice when the loss diverges', async () => {
    const { running, recording } = fakeSearch(smallSettings(), { divergeAt: 20 });
    await expect(running.result).rejects.toBeInstanceOf(SearchFailure);
    expect(recording.events.at(-1)).toMatchObject({
      type: 'failed',
      code: 'diverged',
      advice: expect.stringContaining('learning rate'),
    });
  });

  it('reports a lost device', async () => {
    const { running, recording } = fakeSearch(smallSettings(), {
      failure: new Error('The device was lost'),
    });
    await expect(running.result).rejects.toMatchObject({ code: 'device-lost' });
    expect(recording.events.slice(-2).map(({ type }) => type)).toEqual(['device-lost', 'failed']);
  });

  it.each(['operation', 'filter', 'weight'] as const)(
    'does not prune the %s level when disabled',
    async (level) => {
      const { running, recording } = fakeSearch(
        smallSettings((s) => (s.granularities[level] = false)),
      );
      await running.result;
      for (const pruned of recording.of('pruned')) expect(pruned[`${level}s`]).toEqual([]);
      if (level !== 'operation') return;
      for (const { counts } of recording.of('ratios'))
        expect(counts.operation.left).toBe(counts.operation.total);
      expect(recording.of('regrown')).toEqual([]);
    },
  );

  it('freezes earlier cells if re-pruning is off', async () => {
    const { running, recording } = fakeSearch(
      smallSettings((s) => (s.reevaluation = { ...s.reevaluation, reprune: false })),
    );
    await running.result;
    const early = recording.of('pruned').filter(({ stage }) => stage < 3);
    expect(early.length).toBeGreaterThan(0);
    for (const { operations, filters, weights } of early)
      expect([...operations, ...filters, ...weights].some(({ reprune }) => reprune)).toBe(false);
  });
});
