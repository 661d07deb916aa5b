import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../../cli/node-files.ts';
import type { Batch } from '../../engine/supernet/stepper.ts';
import { DatasetError } from '../dataset.ts';
import { makePng, makeTar, makeZip, memoryFile } from '../files/testing.ts';
import { openDataset } from '../files/read-dataset.ts';
import { defaultLimits } from '../files/source.ts';
import { makerHere, type ImageMaker } from '../images/make.ts';
import { hash } from '../random.ts';
import { createSearchData } from '../search-data.ts';
import { createTrainData } from '../train-data.ts';
import { Ahead } from './ahead.ts';
import { createEncodedSearchData, createEncodedTrainData } from './data.ts';
import { datasetOfFiles } from './stored.ts';

const decoding = { limits: defaultLimits, decode: decodeImage };
const here = makerHere(decoding);
const size = 8;
/** Squares of noise: what is resized and how is not the matter. */
const png = (key: number) =>
  makePng(
    Uint8Array.from({ length: size * size * 3 }, (_, i) => hash(key, i) & 255),
    size,
    size,
  );
const files = Object.fromEntries(
  Array.from({ length: 60 }, (_, i) => [`${i < 48 ? 'train' : 'val'}/n0${i % 3}/${i}.png`, png(i)]),
);
const open = (archive = memoryFile('set.zip', makeZip(files, 0))) =>
  openDataset([archive], {
    ...{ name: 'set', imageSize: size, decode: decodeImage },
    signal: new AbortController().signal,
    skipUnreadable: () => Promise.resolve(false),
  });

async function both(maker: ImageMaker = here) {
  const look = await (await open()).look({ kept: 'encoded' });
  expect(look.keeping).toMatchObject({ kept: 'encoded' });
  const { dataset } = await look.read();
  return { dataset, encoded: datasetOfFiles(await look.readFiles(), maker) };
}

const settings = {
  seed: 5,
  batchSize: 6,
  data: {
    ...{ imageSize: size, trainImages: 0, validationFraction: 0.25, cropPadding: 1, flip: true },
    ...{ cutout: 3, autoAugment: true, randomResizedCrop: true },
  },
};
const training = {
  ...{ seed: 5, batchSize: 6, imageSize: size, trainImages: 0, testImages: 0 },
  ...{ cropPadding: 1, flip: true, cutout: 3, randomResizedCrop: true },
};

function expectAlike(one: Batch, other: Batch): void {
  expect(one.labels).toEqual(other.labels);
  expect(one.size).toBe(other.size);
  // Means and deviations are of single precision here, of counted bytes there.
  const worst = one.images.reduce(
    (max, value, i) => Math.max(max, Math.abs(value - other.images[i]!)),
    0,
  );
  expect(worst).toBeLessThan(1e-4);
}

describe('a set of encoded images', () => {
  it('gives a search the batches of the same set in memory', async () => {
    const { dataset, encoded } = await both();
    const [one, other] = [
      createEncodedSearchData(encoded, settings),
      createSearchData(dataset, settings),
    ];
    const { stepsPerEpoch, validationBatches } = other;
    expect([one.stepsPerEpoch, one.validationBatches]).toEqual([stepsPerEpoch, validationBatches]);
    for (const [epoch, index] of [
      [0, 0],
      [0, 1],
      [0, stepsPerEpoch - 1],
      [1, 0],
      [3, 2],
    ] as const)
      expectAlike(await one.trainBatch(epoch, index), other.trainBatch(epoch, index));
    for (let i = 0; i < validationBatches; i++)
      expectAlike(await one.validationBatch(i), other.validationBatch(i));
    expect(() => one.trainBatch(0, stepsPerEpoch)).toThrow(/no training batch/);
  });

  it('gives a training its batches, normalization and test set', async () => {
    const { dataset, encoded } = await both();
    const one = createEncodedTrainData(encoded, training);
    const other = createTrainData(dataset, training);
    expect([one.trainImages, one.testImages]).toEqual([48, 12]);
    expect(one.normalization.mean[0]).toBeCloseTo(other.normalization.mean[0]!, 3);
    expect(one.normalization.deviation[2]).toBeCloseTo(other.normalization.deviation[2]!, 3);
    expectAlike(await one.trainBatch(2, 1), other.trainBatch(2, 1));
    expectAlike(await one.testBatch(1), other.testBatch(1));
  });

  it('gives the same batch whichever image is decoded first, and from whichever step it is asked', async () => {
    /** Answers late, in another order each time. */
    const unordered: ImageMaker = {
      ...here,
      async values(job) {
        await new Promise((resolve) => setTimeout(resolve, hash(job.bytes[50]!, Date.now()) % 7));
        return here.values(job);
      },
    };
    const [late, straight] = [await both(unordered), await both()];
    const one = createEncodedSearchData(late.encoded, settings);
    const first = await Promise.all([0, 1, 2].map((index) => one.trainBatch(0, index)));
    const other = createEncodedSearchData(straight.encoded, settings);
    // Resumed at the third step.
    expect(await other.trainBatch(0, 2)).toEqual(first[2]);
    expect(await other.trainBatch(0, 1)).toEqual(first[1]);
    expect(await one.trainBatch(0, 0)).toEqual(first[0]);
  });

  it('names an image that is damaged by now, and makes the other batches', async () => {
    let broken = '';
    const failing: ImageMaker = {
      ...here,
      values: (job) =>
        here.values(job.name === broken ? { ...job, bytes: job.bytes.subarray(0, 60) } : job),
    };
    const { encoded } = await both(failing);
    broken = encoded.files.nameOf('train', 7);
    const data = createEncodedTrainData(encoded, training);
    const batches = await Promise.allSettled(
      Array.from({ length: data.stepsPerEpoch }, (_, i) => data.trainBatch(0, i)),
    );
    const failed = batches.filter((batch) => batch.status === 'rejected');
    expect(failed).toHaveLength(1);
    expect(failed[0]!.reason).toBeInstanceOf(DatasetError);
    expect(String(failed[0]!.reason)).toMatch(
      /set\.zip: train\/n0\d\/\d+\.png: byte .* cut off\. It was whole .* restore the file/,
    );
  });

  it('holds out test images where there are none, as pixels do', async () => {
    const few = Object.fromEntries(
      Object.entries(files).filter(([path]) => path.startsWith('train')),
    );
    const look = await (await open(memoryFile('set.zip', makeZip(few, 0)))).look({});
    const [{ dataset, notes }, read] = [await look.read(), await look.readFiles()];
    expect(read.notes).toEqual(notes);
    expect([...read.test.labels]).toEqual([...dataset.test.labels]);
    expect([...read.train.labels]).toEqual([...dataset.train.labels]);
  });

  it('is chosen by size, or by people, and says why', async () => {
    const opened = await open();
    const why = async (kept: 'decoded' | 'encoded' | null, imageSize = size) =>
      (await opened.look({ kept }, imageSize)).keeping;
    expect(await why(null)).toMatchObject({ kept: 'decoded' });
    expect(await why('encoded')).toMatchObject({
      kept: 'encoded',
      why: expect.stringMatching(
        /^60 images at 8 pixels take 1 MiB as pixels, 1 MiB as files: the files are kept .* as chosen\.$/,
      ) as string,
    });
    expect(await why(null, 4000)).toMatchObject({
      kept: 'encoded',
      why: expect.stringMatching(
        /2,747 MiB as pixels.*\(the bound for pixels is 1,024 MiB\)\.$/,
      ) as string,
    });
  });

  it('is not read from a tar archive image by image: the error says what to do', async () => {
    const look = await (
      await open(memoryFile('set.tar', makeTar(files)))
    ).look({ kept: 'encoded' });
    const data = createEncodedSearchData(datasetOfFiles(await look.readFiles(), here), settings);
    await expect(data.trainBatch(0, 0)).rejects.toThrow(/set\.tar: a tar archive .* Unpack it/);
  });
});

describe('batches made ahead', () => {
  const setUp = (depth: number, end?: number) => {
    const made: number[] = [];
    const dropped: number[] = [];
    const ahead = new Ahead(
      (position, signal) => {
        made.push(position);
        signal.addEventListener('abort', () => dropped.push(position));
        const labels = Int32Array.of(position);
        return Promise.resolve({ images: new Float32Array(0), labels, size: 1 });
      },
      depth,
      end,
    );
    return { ahead, made, dropped };
  };

  it('follow the last one asked for, each made once, up to the last there is', async () => {
    const { ahead, made, dropped } = setUp(2, 5);
    for (let i = 0; i < 5; i++) expect([...(await ahead.take(i)).labels]).toEqual([i]);
    expect([made, dropped]).toEqual([[0, 1, 2, 3, 4], []]);
  });

  it('are dropped when others are wanted', async () => {
    const { ahead, made, dropped } = setUp(2);
    await ahead.take(0);
    expect([...(await ahead.take(7)).labels]).toEqual([7]);
    expect([made, dropped]).toEqual([
      [0, 1, 2, 7, 8, 9],
      [1, 2],
    ]);
  });
});
