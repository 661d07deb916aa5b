import { describe, expect, it } from 'vitest';
import type { Dataset, ImageSplit } from './dataset.ts';
import { createTrainData } from './train-data.ts';

const size = 6;
const split = (count: number, first: number): ImageSplit => ({
  count,
  images: Uint8Array.from(
    { length: count * size * size },
    (_, i) => (first + i * 37 + Math.floor(i / 36) * 11) % 256,
  ),
  labels: Uint8Array.from({ length: count }, (_, i) => i % 3),
});
const dataset: Dataset = {
  name: 'small',
  size,
  channels: 1,
  classNames: ['a', 'b', 'c'],
  train: split(30, 5),
  test: split(13, 90),
};
const settings = {
  seed: 7,
  batchSize: 6,
  imageSize: size,
  trainImages: 0,
  testImages: 0,
  cropPadding: 1,
  flip: true,
  cutout: 0,
};

describe('training data', () => {
  it('returns every training image once per epoch, in a new order', () => {
    const plain = createTrainData(dataset, { ...settings, cropPadding: 0, flip: false });
    const epoch = (e: number) =>
      Array.from({ length: plain.stepsPerEpoch }, (_, i) => [
        ...plain.trainBatch(e, i).labels,
      ]).flat();
    expect(plain.stepsPerEpoch).toBe(5);
    expect(epoch(0).toSorted()).toEqual([...dataset.train.labels].toSorted());
    expect(epoch(0)).not.toEqual(epoch(1));
  });

  it('is a pure function of seed, epoch and index', () => {
    const one = createTrainData(dataset, { ...settings, cutout: 3 });
    const later = one.trainBatch(4, 2);
    const other = createTrainData(dataset, { ...settings, cutout: 3 });
    other.trainBatch(0, 0);
    expect(other.trainBatch(4, 2)).toEqual(later);
    expect(
      createTrainData(dataset, { ...settings, cutout: 3, seed: 8 }).trainBatch(4, 2),
    ).not.toEqual(later);
  });

  it('crops random regions if set, of the training images only', () => {
    const plain = { ...settings, cropPadding: 0, flip: false, imageSize: 4 };
    const cropped = createTrainData(dataset, { ...plain, randomResizedCrop: true });
    const whole = createTrainData(dataset, plain);
    expect(cropped.trainBatch(1, 1).images).not.toEqual(whole.trainBatch(1, 1).images);
    expect(cropped.trainBatch(1, 1).labels).toEqual(whole.trainBatch(1, 1).labels);
    expect(cropped.testBatch(0)).toEqual(whole.testBatch(0));
    expect(cropped.normalization).toEqual(whole.normalization);
  });

  it('returns the whole test set in order, not augmented, with the stated normalization', () => {
    const data = createTrainData(dataset, settings);
    const batches = Array.from({ length: data.testBatches }, (_, i) => data.testBatch(i));
    expect(batches.map((batch) => batch.size)).toEqual([6, 6, 1]);
    expect(batches.flatMap(({ labels }) => [...labels])).toEqual([...dataset.test.labels]);
    const { mean, deviation } = data.normalization;
    const back = batches.flatMap(({ images }) =>
      [...images].map((value) => Math.round(value * deviation[0]! + mean[0]!)),
    );
    expect(back).toEqual([...dataset.test.images]);
  });

  it('blanks one square of each training image with the mean, clipped at the border', () => {
    const options = { ...settings, cropPadding: 0, flip: false };
    const whole = createTrainData(dataset, options);
    const cut = createTrainData(dataset, { ...options, cutout: 3 });
    for (let index = 0; index < whole.stepsPerEpoch; index++) {
      const [before, after] = [whole.trainBatch(1, index).images, cut.trainBatch(1, index).images];
      for (let image = 0; image < settings.batchSize; image++) {
        const changed = Array.from({ length: size * size }, (_, i) => i).filter(
          (i) => before[image * 36 + i] !== after[image * 36 + i],
        );
        expect(changed.length).toBeGreaterThan(0);
        expect(changed.every((i) => after[image * 36 + i] === 0)).toBe(true);
        const rows = changed.map((i) => Math.floor(i / size));
        const columns = changed.map((i) => i % size);
        expect(Math.max(...rows) - Math.min(...rows)).toBeLessThan(3);
        expect(Math.max(...columns) - Math.min(...columns)).toBeLessThan(3);
      }
    }
  });

  it.each([
    [{ trainImages: 31 }, /data\.trainImages is 31, but small has 30/],
    [{ testImages: 14 }, /data\.testImages is 14, but small has 13/],
    [{ batchSize: 31 }, /batchSize is 31/],
  ])('refuses %o', (change, message) => {
    expect(() => createTrainData(dataset, { ...settings, ...change })).toThrow(message);
  });
});
