/** Over 250 lines: all cases share one trained architecture. */
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { describeArchitecture } from '../architecture/describe.ts';
import {
  ArchitectureError,
  evaluationForm,
  parseArchitecture,
} from '../../domain/architecture/schema.ts';
import type { Architecture, NetworkForm } from '../../domain/architecture/schema.ts';
import { commitLive } from '../granularity/commit.ts';
import { countParameters, superNetTotals } from '../granularity/count.ts';
import { everyLevel, scatteredNetwork, smallSpace } from '../granularity/testing.ts';
import { smallSettings, syntheticData } from '../search/testing/setup.ts';
import { createComposedStepper } from '../supernet/composed-stepper.ts';
import { checkpointFromJson, checkpointToJson } from './checkpoint.ts';
import type { TrainCheckpoint } from './checkpoint.ts';
import { rebuildNetwork } from './rebuild.ts';
import {
  auxiliaryCell,
  paperTraining,
  retrainSettingsFor,
  trainSettingsFor,
  TrainSettingsSchema,
} from './settings.ts';
import { brightnessData, trainOnCpu } from './testing.ts';
import type { OnTrainEvent } from './testing.ts';
import { percentile } from './latency.ts';
import { networkOf, parseTrained } from './trained.ts';
import { cosineRate } from './training.ts';
import type { TrainOptions } from './training.ts';

const settings = smallSettings((s) => (s.space = smallSpace));
const searched = commitLive(scatteredNetwork(), everyLevel).network;
const describeNetwork = (network: typeof searched): Architecture =>
  describeArchitecture({
    network,
    totals: superNetTotals(network.plan.space),
    settings,
    data: syntheticData(settings),
    steps: 10,
    validationAccuracy: 0.5,
    targetReached: true,
  });
const architecture = parseArchitecture(JSON.stringify(describeNetwork(searched)));

const trainData = () => brightnessData(settings);
const run = (change: Partial<TrainOptions> = {}, onEvent?: OnTrainEvent) =>
  trainOnCpu(
    {
      architecture,
      settings: { ...trainSettingsFor(architecture, 3), reportEvery: 2, evaluateEvery: 0 },
      data: trainData(),
      ...change,
    },
    onEvent,
  );

describe('rebuilding an architecture', () => {
  it('restores the structure, masks and counts of the search', () => {
    const network = rebuildNetwork(architecture, 3);
    expect(network.plan.cells).toEqual(searched.plan.cells);
    expect(countParameters(network)).toEqual(countParameters(searched));
    const again = describeNetwork(network);
    expect(again.macs).toEqual(architecture.macs);
    again.cells.forEach((cell, c) =>
      cell.operations.forEach(({ importance, ...operation }, o) => {
        const { importance: found, ...rest } = architecture.cells[c]!.operations[o]!;
        expect(operation).toEqual(rest);
        expect(importance).toBeCloseTo(found, 6);
      }),
    );
  });

  it('initializes weights from the seed', () => {
    const values = (seed: number) => rebuildNetwork(architecture, seed).parameters.values;
    expect(values(3)).toEqual(values(3));
    expect(values(3)).not.toEqual(values(4));
  });

  it.each<[string, (a: Architecture) => void, RegExp]>([
    [
      'filters that the inputs do not match',
      (a) => a.cells[1]!.preprocess[0]!.filters.pop(),
      /cells\.1.*inputs/,
    ],
    ['an edge that is not there', (a) => (a.cells[0]!.operations[0]!.to = 9), /no .* from 0 to 9/],
    ['a head on other channels', (a) => a.head.inputs.pop(), /head\.inputs/],
    [
      'a bitmap that is too short',
      (a) =>
        (a.cells[0]!.operations.find(({ blocks }) => blocks.length)!.blocks[0]!.depthwise.mask =
          ''),
      /mask/,
    ],
  ])('refuses %s', (_, change, message) => {
    const wrong = structuredClone(architecture);
    change(wrong);
    expect(() => rebuildNetwork(wrong, 1)).toThrow(ArchitectureError);
    expect(() => rebuildNetwork(wrong, 1)).toThrow(message);
  });
});

describe('training from scratch', () => {
  it('learns, reports it, and writes a file that restores the same network', async () => {
    const { trained, events } = await run();
    expect(events[0]!.type).toBe('training-started');
    expect(events.filter(({ type }) => type === 'training-epoch')).toHaveLength(3);
    expect(events.at(-1)).toMatchObject({ type: 'training-finished', step: 12 });
    const latency = events.find((event) => event.type === 'training-latency')!;
    expect(latency).toMatchObject({ images: 8 });
    expect(latency).toSatisfy(
      ({ median, percentile95 }: { median: number; percentile95: number }) =>
        median > 0 && percentile95 >= median,
    );
    const { test } = trained!;
    expect(test.accuracy).toBeGreaterThan(0.9);
    expect(test.confusion.flat().reduce((a, b) => a + b, 0)).toBe(test.images);
    const back = parseTrained(JSON.stringify(trained));
    const network = networkOf(back);
    const stepper = await createComposedStepper('cpu');
    await stepper.load(network.plan, network.parameters, {
      batchSize: 8,
      granularities: { operation: false, filter: false, weight: true },
    });
    const logits = await stepper.logits(trainData().testBatch(0), 'running');
    stepper.dispose();
    const right = Array.from(trainData().testBatch(0).labels, (label, i) => {
      const row = [...logits.subarray(i * 10, i * 10 + 10)];
      return row.indexOf(Math.max(...row)) === label;
    });
    expect(right.filter(Boolean).length).toBeGreaterThanOrEqual(7);
    // Masked weights are zeros in the file.
    const { weightMask, values } = network.parameters;
    expect(values.every((value, i) => weightMask[i] === 1 || value === 0)).toBe(true);
  });

  it('resumes from a checkpoint to the same result, bit by bit', async () => {
    const whole = await run();
    let saved = '';
    const onCheckpoint = (checkpoint: TrainCheckpoint) => (saved = checkpointToJson(checkpoint));
    const stopped = await run({ onCheckpoint }, (event, running) => {
      if (event.type === 'training-step' && event.step === 6) running.stop();
    });
    expect(stopped.trained).toBeNull();
    const resumeFrom = checkpointFromJson(saved);
    expect(resumeFrom.step).toBe(6);
    const resumed = await run({ resumeFrom });
    expect(resumed.trained).toEqual(whole.trained);
  });

  it('resumes bit by bit with drop-path, an auxiliary head and more channels', async () => {
    const settings = {
      ...trainSettingsFor(architecture, 2),
      reportEvery: 2,
      evaluateEvery: 0,
      regularization: { dropPath: 0.4, auxiliary: 0.4 },
      widen: 2,
    };
    const whole = await run({ settings });
    let saved = '';
    const stopped = await run(
      { settings, onCheckpoint: (checkpoint) => (saved = checkpointToJson(checkpoint)) },
      (event, running) => {
        if (event.type === 'training-step' && event.step === 6) running.stop();
      },
    );
    expect(stopped.trained).toBeNull();
    const resumed = await run({ resumeFrom: checkpointFromJson(saved) });
    expect(resumed.trained).toEqual(whole.trained);
    // Neither of the first two is a part of the network; the third is.
    const { trained } = whole;
    expect(trained!.architecture.widened).toBe(2);
    expect(
      trained!.arrays.filter(({ name }) => name.startsWith('heads.')).map(({ name }) => name),
    ).toEqual(['heads.1.weight', 'heads.1.bias']);
    const network = networkOf(parseTrained(JSON.stringify(trained)));
    expect(countParameters(network)).toMatchObject({
      dense: trained!.architecture.parameters.dense,
      active: trained!.architecture.parameters.active,
    });
    expect(whole.events[0]).toMatchObject({ parameters: trained!.architecture.parameters });
  }, 120_000);

  it('learns differently with drop-path, and with an auxiliary head', async () => {
    const values = async (regularization: { dropPath: number; auxiliary: number }) => {
      const settings = { ...trainSettingsFor(architecture, 2), evaluateEvery: 0, regularization };
      return (await run({ settings })).trained!.values;
    };
    const all = [
      await values({ dropPath: 0, auxiliary: 0 }),
      await values({ dropPath: 0.4, auxiliary: 0 }),
      await values({ dropPath: 0, auxiliary: 0.4 }),
    ];
    expect(new Set(all).size).toBe(3);
  }, 60_000);

  it('opens files that were written before these settings, as trained without them', () => {
    const { regularization, widen, ...old } = trainSettingsFor(architecture, 3);
    expect(v.parse(TrainSettingsSchema, old)).toEqual({
      ...old,
      regularization: { dropPath: 0, auxiliary: 0 },
      widen: 1,
    });
    expect([regularization, widen]).toEqual([{ dropPath: 0, auxiliary: 0 }, 1]);
  });

  it('uses the regularization of the paper if the training is long and the network has a cell for it', () => {
    expect(paperTraining.regularization).toEqual({ dropPath: 0.2, auxiliary: 0.4 });
    expect(retrainSettingsFor(architecture, 600).regularization).toEqual(
      paperTraining.regularization,
    );
    for (const epochs of [4, 20])
      expect(retrainSettingsFor(architecture, epochs).regularization).toEqual({
        dropPath: 0,
        auxiliary: 0.4,
      });
    const oneStage = { ...architecture, cells: architecture.cells.slice(0, 1) };
    expect(retrainSettingsFor(oneStage, 600).regularization).toEqual({
      dropPath: 0.2,
      auxiliary: 0,
    });
  });

  it('places the auxiliary head after cell floor(2L / 3), and as before in older files', () => {
    const cells = (stages: readonly number[]) =>
      stages.map((stage) => ({ ...architecture.cells[0]!, stage }));
    const place = (stages: readonly number[], form?: NetworkForm) =>
      auxiliaryCell({ cells: cells(stages), form });
    expect(place([0, 0, 1, 1, 1, 2, 2, 2], evaluationForm)).toBe(5);
    expect(place([0, 1, 2], evaluationForm)).toBe(1);
    expect(place([0], evaluationForm)).toBeNull();
    expect(place([0, 0, 0, 1, 1, 2, 2, 2])).toBe(4);
    expect(place([0, 0])).toBeNull();
  });

  it('refuses data of another shape', async () => {
    await expect(run({ data: { ...trainData(), imageSize: 9 } })).rejects.toThrow(
      /takes 8 x 8 x 1 images/,
    );
  });

  it('computes percentiles by rank', () => {
    const times = Array.from({ length: 20 }, (_, i) => i + 1);
    expect([0.5, 0.95, 1].map((share) => percentile(times, share))).toEqual([10, 19, 20]);
    expect(percentile([7], 0.95)).toBe(7);
  });

  it('lowers the learning rate along a cosine', () => {
    expect([0, 5, 10].map((step) => cosineRate(0.02, step, 10))).toEqual([
      0.02,
      expect.closeTo(0.01),
      expect.closeTo(0),
    ]);
  });
});
