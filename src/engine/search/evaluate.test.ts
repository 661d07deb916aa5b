import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enableProdMode } from '@tensorflow/tfjs-core';
import type { SearchEvent } from '../../domain/events/events.ts';
import type { SearchData } from '../data.ts';
import { buildPlan, fullMasks } from '../../domain/spaces/build-plan.ts';
import { createComposedStepper } from '../supernet/composed-stepper.ts';
import { migrateParameters } from '../supernet/parameters.ts';
import type { Batch, Stepper } from '../supernet/stepper.ts';
import { evaluate } from './evaluate.ts';
import { settlingBatches } from './evaluation-plan.ts';
import { stepHyper } from './schedule.ts';
import { Session } from './session.ts';
import { FakeStepper } from './testing/fake-stepper.ts';
import { fakeSearch, smallSettings, syntheticData } from './testing/setup.ts';

const settings = smallSettings((s) => {
  s.space = { ...s.space, cells: 1, stages: 1, nodes: 1, channels: 2, stemMultiplier: 1 };
  s.data = { ...s.data, imageSize: 6 };
});
const classes = 3;
/** Brightness tells the class, so that the batches' own statistics differ by class. */
function image(label: number, i: number): Float32Array {
  return Float32Array.from({ length: 36 }, (_, p) => label - 1 + Math.sin(i * 36 + p) / 2);
}
function batchOf(labels: readonly number[]): Batch {
  const images = new Float32Array(labels.length * 36);
  labels.forEach((label, i) => images.set(image(label, i), i * 36));
  return { images, labels: Int32Array.from(labels), size: labels.length };
}
const trainBatch = (_: number, index: number): Batch =>
  batchOf(Array.from({ length: settings.batchSize }, (__, i) => (i + index) % classes));

/** Held-out images in a given order, `size` a batch. */
function validationOf(order: readonly number[], size: number): SearchData<Batch> {
  const all = batchOf(Array.from(order, (i) => Math.floor((i * classes) / order.length)));
  // The same images, whatever the order: each keeps its own noise.
  order.forEach((i, at) => all.images.set(image(all.labels[at]!, i), at * 36));
  return {
    ...syntheticData(settings, { classes }),
    trainBatch,
    validationImages: order.length,
    validationBatches: Math.ceil(order.length / size),
    validationBatch: (index) => {
      const end = Math.min((index + 1) * size, order.length);
      return {
        images: all.images.slice(index * size * 36, end * 36),
        labels: all.labels.slice(index * size, end),
        size: end - index * size,
      };
    },
  };
}

const count = 45;
const sorted = Array.from({ length: count }, (_, i) => i);
let stepper: Stepper;

async function accuracyOn(data: SearchData): Promise<number> {
  const session = new Session({ settings, data, stepper, emit: () => {} });
  session.network = network;
  const accuracy = await evaluate(session, 'all');
  session.control.close();
  return accuracy;
}
let network: NonNullable<Session['network']>;

describe('evaluation', () => {
  beforeAll(async () => {
    enableProdMode();
    stepper = await createComposedStepper('cpu');
    const session = new Session({
      settings,
      data: validationOf(sorted, 8),
      stepper,
      emit: () => {},
    });
    const masks = fullMasks(session.space);
    const plan = buildPlan(session.space, masks, 0, 0);
    network = { plan, masks, parameters: migrateParameters(plan.table, null, 1, 0) };
    await session.load(network);
    const hyper = stepHyper(settings, session.stages[0]!, 'warm-up', 0);
    for (let i = 0; i < 25; i++) await stepper.step(trainBatch(0, i), hyper);
    session.control.close();
  });
  afterAll(() => stepper.dispose());

  it('has the same accuracy for every order of the images and every batch size', async () => {
    const expected = await accuracyOn(validationOf(sorted, settings.batchSize));
    expect(expected).toBeGreaterThan(0.9);
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(sorted, { minLength: count, maxLength: count }),
        fc.integer({ min: 1, max: settings.batchSize }),
        async (order, size) => {
          expect(await accuracyOn(reordered(order, size))).toBe(expected);
        },
      ),
      { numRuns: 12, seed: 1 },
    );
  });

  it('does not depend on earlier running averages', async () => {
    const data = validationOf(sorted, 7);
    const expected = await accuracyOn(data);
    const { parameters } = network;
    const session = new Session({ settings, data, stepper, emit: () => {} });
    const trained = await stepper.read();
    const { offset, size } = network.plan.table.groups.statistic;
    trained.values.fill(3, offset, offset + size);
    await session.load({ ...network, parameters: trained });
    session.control.close();
    network = { ...network, parameters };
    expect(await accuracyOn(data)).toBe(expected);
  });
});

/** `validationOf` draws labels by place in the order; here an image keeps its label. */
function reordered(order: readonly number[], size: number): SearchData {
  const data = validationOf(sorted, 1);
  const all = order.map((i) => data.validationBatch(i));
  return {
    ...data,
    validationBatches: Math.ceil(count / size),
    validationBatch: (index) => {
      const some = all.slice(index * size, (index + 1) * size);
      return {
        images: Float32Array.from(some.flatMap(({ images }) => [...images])),
        labels: Int32Array.from(some.flatMap(({ labels }) => [...labels])),
        size: some.length,
      };
    },
  };
}

describe('evaluations of a search', () => {
  it('first recompute running averages on training batches of the next epoch', async () => {
    const settled: Batch[] = [];
    const perEvaluation: number[] = [];
    const small = smallSettings();
    const { running, recording } = fakeSearch(
      small,
      { onSettle: (batch) => settled.push(batch) },
      (event) => {
        if (event.type === 'evaluated') perEvaluation.push(settled.splice(0).length);
      },
    );
    await running.result;
    const { stepsPerEpoch } = syntheticData(small);
    expect(new Set(perEvaluation)).toEqual(new Set([Math.min(settlingBatches, stepsPerEpoch)]));
    expect(perEvaluation).toHaveLength(recording.of('evaluated').length);
  });

  it('use a sample during the search, and every held-out image at its end', async () => {
    const small = smallSettings();
    const data = {
      ...syntheticData(small),
      // The sample goes by what an epoch trains on, not by all images.
      ...{ trainImages: 2_000, epochImages: 32, validationImages: 1_203, validationBatches: 151 },
    };
    const batch = data.validationBatch(0);
    const counts: number[] = [];
    const events: SearchEvent[] = [];
    const { startSearch } = await import('./search.ts');
    await startSearch({
      settings: small,
      data: { ...data, validationBatch: (i) => (i < 150 ? batch : data.validationBatch(1)) },
      stepper: new FakeStepper(),
      emit: (event) => {
        events.push(event);
        if (event.type === 'evaluated') counts.push(event.images);
      },
    }).result;
    expect(counts.at(-1)).toBe(1_203);
    expect(new Set(counts.slice(0, -1))).toEqual(new Set([500]));
    const finished = events.at(-1)!;
    if (finished.type !== 'finished') throw new Error(finished.type);
    expect(finished.images).toBe(1_203);
    expect(finished.architecture.validationImages).toBe(1_203);
    for (const event of events)
      if (event.type === 'step') expect(event.images! % small.batchSize).toBe(0);
  });

  it('restart if an operation is pruned manually during one', async () => {
    let steered = 0;
    let asked = false;
    const settledAt: number[] = [];
    const { running, recording } = fakeSearch(
      smallSettings(),
      {
        onSettle: () => {
          settledAt.push(steered);
          if (asked) return;
          asked = true;
          // Heard before the next batch: the evaluation is under way by then.
          running.steer({ kind: 'prune', cell: 0, edge: 0, operation: 'sep_conv_5x5' });
        },
      },
      (event, search) => {
        if (event.type === 'steered') steered++;
        if (event.type === 'evaluated') search().stop();
      },
    );
    await running.result;
    // Averages settled wholly on what was evaluated: after the change.
    const { stepsPerEpoch } = syntheticData(smallSettings());
    expect(settledAt.filter((at) => at === 1)).toHaveLength(stepsPerEpoch);
    expect(recording.of('evaluated')).toHaveLength(1);
  });
});
