import { describe, expect, it } from 'vitest';
import { imageOf } from '../data.ts';
import { createSpace } from '../../domain/spaces/cells.ts';
import { presets } from '../../domain/settings/presets.ts';
import {
  forecastRest,
  forecastSearch,
  paceByStage,
  sizesOf,
  stageWork,
  workOf,
} from './forecast.ts';
import { planStages } from './schedule.ts';
import { fakeSearch, smallSettings, syntheticData } from './testing/setup.ts';

const settings = presets.tiny;
const data = { ...syntheticData(settings), stepsPerEpoch: 26 };
const space = createSpace(settings.space, imageOf(data));
const stages = planStages(space, settings);
const work = stageWork(space, settings);

describe('a forecast', () => {
  it('estimates later stages with their own step times', () => {
    expect(work).toHaveLength(4);
    expect(work[0]).toBeLessThan(work[1]!);
    expect(work[1]).toBeLessThan(work[2]!);
    expect(work[3]).toBe(work[2]);
    const pace = paceByStage(work, 100, 300);
    expect([pace[0], pace[3]]).toEqual([100, 300]);
    expect(pace[1]).toBeGreaterThan(100);
    expect(pace[1]).toBeLessThan(300);
  });

  it('knows where an epoch does not take all images', () => {
    const at = (stepsPerEpoch: number) =>
      sizesOf(
        { ...settings, data: { ...settings.data, trainImages: 2_000, stepsPerEpoch } },
        4_000,
      );
    expect(at(0)).toMatchObject({ trainImages: 1_400, epochImages: 1_400, stepsPerEpoch: 87 });
    expect(at(26)).toMatchObject({ trainImages: 1_400, epochImages: 416, stepsPerEpoch: 26 });
    expect(at(90)).toEqual(at(0));
  });

  it('is a range from the shortest to the longest stages', () => {
    const { least, most } = forecastSearch(stages, paceByStage(work, 100, 300), data);
    expect(least).toBeGreaterThan(0);
    expect(least).toBeLessThan(most);
    // 40 epochs and 2 of scoring, none dearer than a step of the whole.
    expect(most).toBeLessThan(300 * 26 * 42 * 1.5);
    expect(most).toBeGreaterThan(100 * 26 * 42);
  });

  it('does not grow while the search matches it', () => {
    // Steps cost what the work costs, and nothing is pruned: the case that `most` stands for.
    const pace = paceByStage(work, 100, (100 * work[3]!) / work[0]!);
    let before = forecastSearch(stages, pace, data).most;
    for (const stage of stages) {
      for (let epochs = 0; epochs < stage.maxEpochs; epochs++) {
        const { least, most } = forecastRest(
          {
            ...{ stage, epochs, step: 13, msPerStep: pace[stage.index]! },
            later: stages.filter(({ index }) => index > stage.index),
            ...{ work: work[stage.index]!, fullWork: work },
          },
          data,
        );
        expect(most).toBeLessThanOrEqual(before * 1.0001);
        expect(least).toBeLessThanOrEqual(most);
        before = most;
      }
    }
  });

  it('comes with every report of a search, as a range', async () => {
    const { running, recording } = fakeSearch(smallSettings());
    await running.result;
    for (const { timeLeft, timeLeftLeast } of recording.of('step')) {
      expect(timeLeftLeast).toBeGreaterThanOrEqual(0);
      expect(timeLeft).toBeGreaterThanOrEqual(timeLeftLeast!);
    }
  });

  it('holds for a whole search, before its start and at every report', async () => {
    const settings = smallSettings();
    const own = { ...syntheticData(settings) };
    const image = createSpace(settings.space, imageOf(own));
    const fullWork = stageWork(image, settings);
    // A clock that moves only by steps, each as long as its network's multiply-accumulates say.
    let clock = 0;
    let each = 0;
    const { running, recording } = fakeSearch(
      settings,
      {
        onLoad: (plan) => (each = workOf(plan)),
        onStep: () => (clock += each),
        onSettle: () => (clock += each / 3),
      },
      () => {},
      () => clock,
    );
    await running.result;
    const { least, most } = forecastSearch(planStages(image, settings), fullWork, own);
    const end = recording.of('finished')[0]!.time;
    expect(end).toBe(clock);
    expect(end).toBeGreaterThanOrEqual(least);
    expect(end).toBeLessThanOrEqual(most);
    for (const { time, timeLeft, timeLeftLeast } of recording.of('step')) {
      expect(end - time).toBeLessThanOrEqual(timeLeft);
      expect(end - time).toBeGreaterThanOrEqual(timeLeftLeast!);
    }
  });
});
