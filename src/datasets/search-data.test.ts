import { describe, expect, it } from 'vitest';
import type { Dataset } from './dataset.ts';
import { hash } from './random.ts';
import { resizeDataset } from './resize.ts';
import { createSearchData } from './search-data.ts';
import { stratifiedSplit } from './split.ts';

/** `count` images of 4x4x2 noise; the label of image i is i % 3. */
function noiseSet(count: number): Dataset {
  const images = Uint8Array.from({ length: count * 32 }, (_, i) => hash(i) & 255);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 3);
  const split = { count, images, labels };
  return {
    name: 'noise',
    size: 4,
    channels: 2,
    classNames: ['a', 'b', 'c'],
    train: split,
    test: split,
  };
}

const settings = {
  seed: 5,
  batchSize: 16,
  data: { imageSize: 4, trainImages: 0, validationFraction: 0.2, cropPadding: 1, flip: true },
};
const plain = { ...settings, data: { ...settings.data, cropPadding: 0, flip: false } };

/** Each image of a batch as a string, to compare and count. */
function imagesOf({ images, size }: { images: Float32Array; size: number }): string[] {
  const length = images.length / size;
  return Array.from({ length: size }, (_, i) =>
    images.subarray(i * length, (i + 1) * length).join(),
  );
}

describe('createSearchData', () => {
  it('splits, and drops the last incomplete training batch only', () => {
    const data = createSearchData(noiseSet(150), settings);
    expect([data.trainImages, data.validationImages]).toEqual([120, 30]);
    expect([data.stepsPerEpoch, data.validationBatches]).toEqual([7, 2]);
    expect([data.imageSize, data.imageChannels, data.name]).toEqual([4, 2, 'noise']);
    expect(data.validationBatch(1).size).toBe(14);
    expect(data.validationBatch(1).images.length).toBe(14 * 32);
    expect(() => data.trainBatch(0, 7)).toThrow(/no training batch 7/);
  });

  it('ends an epoch after `stepsPerEpoch`, and shows other images in the next', () => {
    const limited = { ...plain, data: { ...plain.data, stepsPerEpoch: 2 } };
    const data = createSearchData(noiseSet(150), limited);
    expect([data.trainImages, data.epochImages, data.stepsPerEpoch]).toEqual([120, 32, 2]);
    expect(() => data.trainBatch(0, 2)).toThrow(/no training batch 2/);
    const epochs = Array.from({ length: 20 }, (_, epoch) =>
      [0, 1].flatMap((i) => imagesOf(data.trainBatch(epoch, i))),
    );
    for (const images of epochs) expect(new Set(images).size).toBe(32);
    // 20 draws of 32 in 120 miss an image with probability 0.2 %.
    expect(new Set(epochs.flat()).size).toBeGreaterThan(110);
    const all = { ...plain, data: { ...plain.data, stepsPerEpoch: 100 } };
    expect(createSearchData(noiseSet(150), all).stepsPerEpoch).toBe(7);
  });

  it('shows no image twice in an epoch, and none of the validation part', () => {
    const data = createSearchData(noiseSet(150), plain);
    const seen = Array.from({ length: data.stepsPerEpoch }, (_, i) =>
      imagesOf(data.trainBatch(0, i)),
    ).flat();
    const held = Array.from({ length: data.validationBatches }, (_, i) =>
      imagesOf(data.validationBatch(i)),
    ).flat();
    expect(new Set([...seen, ...held]).size).toBe(7 * 16 + 30);
  });

  it('keeps every image together with its label', () => {
    // Images of one brightness, that of their label: normalization keeps the order.
    const set = noiseSet(150);
    const images = Uint8Array.from(
      { length: 150 * 32 },
      (_, i) => set.train.labels[Math.floor(i / 32)]! * 100,
    );
    const data = createSearchData({ ...set, train: { ...set.train, images } }, plain);
    const batch = data.trainBatch(2, 3);
    const levels = [...new Set(batch.images)].sort((a, b) => a - b);
    expect(imagesOf(batch).map((image) => levels.indexOf(Number(image.split(',')[0])))).toEqual([
      ...batch.labels,
    ]);
  });

  it('returns the same batch in any order of requests, another one in another epoch or with another seed', () => {
    const data = createSearchData(noiseSet(150), settings);
    const later = data.trainBatch(3, 5);
    const first = data.trainBatch(0, 0);
    const again = createSearchData(noiseSet(150), settings);
    expect(again.trainBatch(0, 0)).toEqual(first);
    expect(again.trainBatch(3, 5)).toEqual(later);
    expect(data.trainBatch(3, 5)).toEqual(later);
    expect(data.trainBatch(1, 0).images).not.toEqual(first.images);
    expect(
      createSearchData(noiseSet(150), { ...settings, seed: 6 }).trainBatch(0, 0).images,
    ).not.toEqual(first.images);
  });

  it('augments the training part only', () => {
    const data = createSearchData(noiseSet(150), settings);
    expect(data.validationBatch(0)).toEqual(
      createSearchData(noiseSet(150), plain).validationBatch(0),
    );
    expect(imagesOf(data.trainBatch(0, 0))).not.toEqual(
      imagesOf(createSearchData(noiseSet(150), plain).trainBatch(0, 0)),
    );
  });

  it('applies AutoAugment if set, the same in any order of requests', () => {
    const policy = { ...plain, data: { ...plain.data, autoAugment: true } };
    const data = createSearchData(noiseSet(150), policy);
    const [later, first] = [data.trainBatch(1, 2), data.trainBatch(0, 0)];
    const whole = createSearchData(noiseSet(150), plain).trainBatch(0, 0);
    expect(first.labels).toEqual(whole.labels);
    expect(first.images).not.toEqual(whole.images);
    expect(createSearchData(noiseSet(150), policy).trainBatch(1, 2)).toEqual(later);
    expect(data.validationBatch(0)).toEqual(
      createSearchData(noiseSet(150), plain).validationBatch(0),
    );
  });

  it('crops random regions from images at the size they have, validation images as they are', () => {
    const large = resizeDataset(noiseSet(150), 12);
    const cropped = { ...plain, data: { ...plain.data, randomResizedCrop: true } };
    const data = createSearchData(large, cropped);
    const whole = createSearchData(large, plain);
    const [later, first] = [data.trainBatch(1, 2), data.trainBatch(0, 0)];
    expect(first.labels).toEqual(whole.trainBatch(0, 0).labels);
    expect(first.images.length).toBe(16 * 32);
    expect(first.images).not.toEqual(whole.trainBatch(0, 0).images);
    expect(first.images.every(Number.isFinite)).toBe(true);
    expect(createSearchData(large, cropped).trainBatch(1, 2)).toEqual(later);
    // Normalized by what the search part is at the image size, cropped or not.
    expect(data.validationBatch(0)).toEqual(whole.validationBatch(0));
  });

  it('applies cutout if set, the same in any order of requests', () => {
    const cut = { ...plain, data: { ...plain.data, cutout: 2 } };
    const data = createSearchData(noiseSet(150), cut);
    const [later, first] = [data.trainBatch(1, 2), data.trainBatch(0, 0)];
    const whole = createSearchData(noiseSet(150), plain).trainBatch(0, 0);
    const changed = Array.from(
      { length: 16 },
      (_, i) =>
        first.images
          .subarray(i * 32, (i + 1) * 32)
          .filter((value, j) => value !== whole.images[i * 32 + j]).length,
    );
    expect(Math.min(...changed)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...changed)).toBeLessThanOrEqual(8);
    expect(createSearchData(noiseSet(150), cut).trainBatch(1, 2)).toEqual(later);
    expect(data.validationBatch(0)).toEqual(
      createSearchData(noiseSet(150), plain).validationBatch(0),
    );
  });

  it('never uses a test image', () => {
    const { train, ...set } = noiseSet(150);
    const untouchable = new Proxy(
      {},
      { get: () => expect.unreachable('the test images were asked for') },
    );
    const data = createSearchData(
      { ...set, train, test: untouchable as Dataset['test'] },
      settings,
    );
    for (let i = 0; i < data.stepsPerEpoch; i++) data.trainBatch(0, i);
    expect(data.validationBatch(0).size).toBe(16);
  });

  it('normalizes each channel of the search part', () => {
    const data = createSearchData(noiseSet(150), { ...plain, batchSize: 120 });
    const { images } = data.trainBatch(0, 0);
    for (const channel of [0, 1]) {
      const values = images.filter((_, i) => i % 2 === channel);
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      expect(mean).toBeCloseTo(0, 5);
      expect(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length).toBeCloseTo(1, 4);
    }
  });

  it('returns zeros, not NaN, for a channel without variation', () => {
    const set = noiseSet(150);
    const data = createSearchData(
      { ...set, train: { ...set.train, images: new Uint8Array(150 * 32).fill(9) } },
      plain,
    );
    expect(new Set(data.trainBatch(0, 0).images)).toEqual(new Set([0]));
  });

  it('resizes', () => {
    const data = createSearchData(noiseSet(150), {
      ...plain,
      data: { ...plain.data, imageSize: 2 },
    });
    expect(data.trainBatch(0, 0).images.length).toBe(16 * 2 * 2 * 2);
  });

  it.each([
    [
      { ...settings, data: { ...settings.data, trainImages: 151 } },
      /data\.trainImages: noise has 150 .*at most that/,
    ],
    [{ ...settings, batchSize: 121 }, /batchSize: must be at most 120/],
    [
      { ...settings, data: { ...settings.data, cropPadding: 4 } },
      /data\.cropPadding: must be less than the image size, 4/,
    ],
  ])('rejects settings that the set cannot satisfy', (wrong, message) => {
    expect(() => createSearchData(noiseSet(150), wrong)).toThrow(message);
  });
});

describe('stratifiedSplit', () => {
  it('gives every class its share of both parts, disjoint', () => {
    const labels = Uint8Array.from({ length: 1000 }, (_, i) => (i < 500 ? 0 : i < 800 ? 1 : 2));
    const { search, validation } = stratifiedSplit(labels, 3, {
      used: 200,
      validation: 50,
      seed: 1,
    });
    const perClass = (part: Uint32Array) =>
      [0, 1, 2].map((label) => part.filter((image) => labels[image] === label).length);
    expect(perClass(validation)).toEqual([25, 15, 10]);
    expect(perClass(search)).toEqual([75, 45, 30]);
    expect(new Set([...search, ...validation]).size).toBe(200);
  });

  it('rounds without losing an image, and handles an empty class', () => {
    const labels = Uint8Array.from([0, 0, 0, 2, 2, 2, 3]);
    const { search, validation } = stratifiedSplit(labels, 4, { used: 7, validation: 3, seed: 9 });
    expect([...search, ...validation].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(validation.length).toBe(3);
  });
});
