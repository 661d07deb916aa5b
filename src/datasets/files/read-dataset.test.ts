/** Over 250 lines: every way in which a data set is read stands in one table of cases. */
import { gzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../../cli/node-files.ts';
import { cifar100CoarseNames, cifar100FineNames } from '../cifar-names.ts';
import { cifar100Fine, readCifar, readCifar10 } from '../cifar.ts';
import { DatasetError, type ImageSplit } from '../dataset.ts';
import { readDataset, type ReadOptions } from './read-dataset.ts';
import type { Progress } from './source.ts';
import {
  concat,
  makeCifar,
  makeIdx,
  makeNpy,
  makePng,
  makeTar,
  makeTarGz,
  makeZip,
  memoryFile,
  memoryFiles,
  type Files,
} from './testing.ts';

const options = (changes: Partial<ReadOptions> = {}): ReadOptions => ({
  name: 'set',
  imageSize: 32,
  signal: new AbortController().signal,
  decode: decodeImage,
  skipUnreadable: () => Promise.resolve(false),
  ...changes,
});
const read = (files: Files, changes: Partial<ReadOptions> = {}) =>
  readDataset(memoryFiles(files), options(changes));

/** `toEqual` takes seconds over so many bytes. */
function expectSplit(found: ImageSplit, wanted: ImageSplit): void {
  expect([found.count, [...found.labels]]).toEqual([wanted.count, [...wanted.labels]]);
  expect(Buffer.compare(found.images, wanted.images)).toBe(0);
}

const ten = Array.from({ length: 10 }, (_, label) => [label]);
const train = makeCifar([...ten, ...ten]);
const second = makeCifar(ten);
const test = makeCifar(ten.slice(3));
const cifar = {
  'cifar-10-batches-bin/data_batch_1.bin': train,
  'cifar-10-batches-bin/data_batch_10.bin': second,
  'cifar-10-batches-bin/test_batch.bin': test,
};
const wantedTrain = readCifar10([
  { name: '', bytes: train },
  { name: '', bytes: second },
]);
const wantedTest = readCifar10([{ name: '', bytes: test }]);

describe('CIFAR', () => {
  it.each<[string, Files]>([
    ['.bin files', cifar],
    ['.bin files in another order', Object.fromEntries(Object.entries(cifar).reverse())],
    [
      'gzipped .bin files',
      Object.fromEntries(
        Object.entries(cifar).map(([path, bytes]) => [`${path}.gz`, gzipSync(bytes)]),
      ),
    ],
    ['a tar archive', { 'a.tar': makeTar(cifar) }],
    [
      'a tar archive in another order, with names and a text',
      {
        'a.tar': makeTar({
          'x/readme.html': Uint8Array.from([1]),
          ...Object.fromEntries(Object.entries(cifar).reverse()),
        }),
      },
    ],
    ['a tar.gz archive under another name', { download: makeTarGz(cifar) }],
    ['a zip archive', { 'a.zip': makeZip(cifar) }],
    ['a zip archive, stored', { 'a.zip': makeZip(cifar, 0) }],
  ])('reads CIFAR-10 from %s', async (_, files) => {
    const { dataset, kind, notes } = await read(files);
    expect([kind, dataset.size, dataset.channels, dataset.classNames[9], notes]).toEqual([
      'cifar-10',
      32,
      3,
      'truck',
      [],
    ]);
    expectSplit(dataset.train, wantedTrain);
    expectSplit(dataset.test, wantedTest);
  });

  it('uses the class names in the files', async () => {
    const names = Array.from('abcdefghij').join('\n');
    const { dataset } = await read({
      ...cifar,
      'cifar-10-batches-bin/batches.meta.txt': new TextEncoder().encode(`${names}\n\n`),
    });
    expect(dataset.classNames).toEqual(Array.from('abcdefghij'));
  });

  it.each(['fine', 'coarse'] as const)('reads CIFAR-100 with its %s labels', async (labelKind) => {
    const labels = Array.from({ length: 100 }, (_, i) => [i % 20, i]);
    const files = {
      'cifar-100-binary/train.bin': makeCifar(labels),
      'cifar-100-binary/test.bin': makeCifar(labels.slice(0, 7)),
    };
    const { dataset, kind } = await read(
      { 'cifar-100-binary.tar.gz': makeTarGz(files) },
      { choices: { labelKind } },
    );
    expect(kind).toBe('cifar-100');
    expect(dataset.classNames).toEqual(
      labelKind === 'fine' ? cifar100FineNames : cifar100CoarseNames,
    );
    expect([...dataset.train.labels]).toEqual(
      labels.map(([coarse, fine]) => (labelKind === 'fine' ? fine : coarse)),
    );
    expect(dataset.test.count).toBe(7);
    expect(
      Buffer.compare(
        dataset.train.images,
        readCifar([{ name: '', bytes: files['cifar-100-binary/train.bin'] }], cifar100Fine).images,
      ),
    ).toBe(0);
  });

  it('knows 100 and 20 different names', () => {
    expect([new Set(cifar100FineNames).size, new Set(cifar100CoarseNames).size]).toEqual([100, 20]);
  });

  it('holds out a tenth of each class if there are no test images', async () => {
    const whole = makeCifar(Array.from({ length: 200 }, (_, i) => [i % 10]));
    const { dataset, notes } = await read({ 'train.bin': whole });
    expect([dataset.train.count, dataset.test.count]).toEqual([180, 20]);
    expect([...dataset.test.labels].sort()).toEqual(Array.from({ length: 20 }, (_, i) => i >> 1));
    expect(notes).toEqual([expect.stringContaining('20 of 200, 10% of each class, are held out')]);
    const imagesOf = ({ images }: { images: Uint8Array }) =>
      Array.from({ length: images.length / 3072 }, (_, i) =>
        images.subarray(i * 3072, (i + 1) * 3072).join(),
      );
    const all = readCifar10([{ name: '', bytes: whole }]);
    expect([...imagesOf(dataset.train), ...imagesOf(dataset.test)].sort()).toEqual(
      imagesOf(all).sort(),
    );
    expect(imagesOf(dataset.train)).toEqual(
      imagesOf(all).filter((image) => !imagesOf(dataset.test).includes(image)),
    );
  });
});

describe('IDX', () => {
  const images = Uint8Array.from({ length: 6 * 16 }, (_, i) => i);
  const files = {
    'train-images-idx3-ubyte': makeIdx([6, 4, 4], images),
    'train-labels-idx1-ubyte': makeIdx([6], Uint8Array.from([0, 1, 2, 2, 1, 0])),
    't10k-images-idx3-ubyte': makeIdx([2, 4, 4], images.subarray(0, 32)),
    't10k-labels-idx1-ubyte': makeIdx([2], Uint8Array.from([2, 1])),
  };

  it.each([
    ['as they are', files],
    [
      'gzipped',
      Object.fromEntries(
        Object.entries(files).map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)]),
      ),
    ],
    [
      'under other names',
      Object.fromEntries(
        Object.entries(files).map(([name, bytes]) => [
          `${/t10k/.test(name) ? 'test' : 'train'} ${bytes[3]}`,
          bytes,
        ]),
      ),
    ],
  ])('reads files %s', async (_, some) => {
    const { dataset, kind } = await read(some);
    expect([kind, dataset.size, dataset.channels, dataset.classNames]).toEqual([
      'idx',
      4,
      1,
      ['0', '1', '2'],
    ]);
    expectSplit(dataset.train, { count: 6, images, labels: Uint8Array.from([0, 1, 2, 2, 1, 0]) });
    expect([...dataset.test.labels]).toEqual([2, 1]);
  });

  it('excludes images without labels, and reports it', async () => {
    const { dataset, notes } = await read({
      ...files,
      'more-images-idx3-ubyte': files['train-images-idx3-ubyte'],
    });
    expect(dataset.train.count).toBe(6);
    expect(notes[0]).toContain('Left out: more-images-idx3-ubyte.');
  });

  it('shifts labels that count from 1', async () => {
    const { dataset, notes } = await read({
      ...files,
      'train-labels-idx1-ubyte': makeIdx([6], Uint8Array.from([1, 2, 3, 3, 2, 1])),
    });
    expect([[...dataset.train.labels], [...dataset.test.labels], dataset.classNames]).toEqual([
      [0, 1, 2, 2, 1, 0],
      [1, 0],
      ['1', '2', '3'],
    ]);
    expect(notes[0]).toContain('count from 1');
  });

  it.each<[string, Files, RegExp]>([
    [
      'a missing half',
      { 'train-images-idx3-ubyte': files['train-images-idx3-ubyte'] },
      /expected the labels .* of train-images-idx3-ubyte as well/,
    ],
    [
      'other sizes',
      { ...files, 't10k-images-idx3-ubyte': makeIdx([2, 2, 2], images.subarray(0, 8)) },
      /t10k-images-idx3-ubyte: image size: expected 4, .*found 2/,
    ],
    [
      'a test label too large',
      { ...files, 't10k-labels-idx1-ubyte': makeIdx([2], Uint8Array.from([0, 3])) },
      /label of test image 1: expected at most 2, .*found 3/,
    ],
    [
      'wrong magic',
      { ...files, 'train-images-idx3-ubyte': Uint8Array.from([1, 2, 3, 4]) },
      /train-images-idx3-ubyte: magic number: expected 0x00 0x00, found 0x01 0x02/,
    ],
    [
      'a class without images',
      { ...files, 'train-labels-idx1-ubyte': makeIdx([6], Uint8Array.from([0, 1, 3, 3, 1, 0])) },
      /label of test image 0: expected one of the classes 0, 1, 3, as in the training images, found 2/,
    ],
    [
      'a truncated gzip file',
      {
        ...files,
        'train-images-idx3-ubyte': gzipSync(files['train-images-idx3-ubyte']).subarray(0, 40),
      },
      /train-images-idx3-ubyte is not a complete gzip file/,
    ],
  ])('rejects %s', async (_, some, message) => {
    await expect(read(some)).rejects.toThrow(message);
  });
});

describe('image folders', () => {
  const rgb = (seed: number, width = 32, height = 32) =>
    Uint8Array.from({ length: width * height * 3 }, (_, i) => (seed * 91 + i * i * 3 + i) & 255);
  const png = (seed: number) => makePng(rgb(seed), 32, 32);
  const folders = {
    'photos/train/cat/1.png': png(1),
    'photos/train/cat/2.png': png(2),
    'photos/train/ant/3.png': png(3),
    'photos/val/cat/4.png': png(4),
    'photos/__MACOSX/._x.png': Uint8Array.from([0]),
    'photos/readme.txt': Uint8Array.from([65]),
  };

  it.each<[string, Files]>([
    ['a folder', folders],
    ['a zip archive', { 'a.zip': makeZip(folders) }],
    ['a tar.gz archive', { 'a.tar.gz': makeTarGz(folders) }],
  ])('reads %s to the byte', async (_, files) => {
    const { dataset, kind, notes } = await read(files);
    expect([kind, dataset.size, dataset.channels, dataset.classNames]).toEqual([
      'image-folder',
      32,
      3,
      ['ant', 'cat'],
    ]);
    expectSplit(dataset.train, {
      count: 3,
      images: concat(rgb(3), rgb(1), rgb(2)),
      labels: Uint8Array.from([0, 1, 1]),
    });
    expectSplit(dataset.test, { count: 1, images: rgb(4), labels: Uint8Array.from([1]) });
    expect(notes).toEqual([
      'There are no test images; the validation images are used as test images.',
    ]);
  });

  it('cuts the middle square and averages areas', async () => {
    const wide = new Uint8Array(8 * 4 * 3);
    for (let y = 0; y < 4; y++)
      for (let x = 0; x < 8; x++)
        wide.fill(x < 2 || x > 5 ? 255 : x * 10 + y, (y * 8 + x) * 3, (y * 8 + x) * 3 + 3);
    const some = Object.fromEntries(
      ['a/1.png', 'b/2.png', 'a/3.png'].map((path) => [path, makePng(wide, 8, 4)]),
    );
    const { dataset } = await read({ ...some, 'b/4.png': makePng(wide, 8, 4) }, { imageSize: 2 });
    // All of it is gray: one channel is enough.
    expect(dataset.channels).toBe(1);
    expect([...dataset.train.images.subarray(0, 4)]).toEqual([26, 46, 28, 48]);
  });

  it('shows transparency on black, and reads gray and JPEG and WebP by their bytes, regardless of their names', async () => {
    const { default: encodeJpeg, init: initJpeg } = await import('@jsquash/jpeg/encode.js');
    const { readFile } = await import('node:fs/promises');
    const compile = async (module: string) =>
      WebAssembly.compile(await readFile(new URL(import.meta.resolve(module))));
    await initJpeg(await compile('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm'));
    const flat = new Uint8ClampedArray(32 * 32 * 4)
      .fill(255)
      .map((_, i) => [200, 100, 50, 255][i % 4]!);
    const jpeg = new Uint8Array(
      await encodeJpeg({ data: flat, width: 32, height: 32, colorSpace: 'srgb' } as ImageData, {
        quality: 100,
      }),
    );
    const half = Uint8Array.from({ length: 4 * 4 * 4 }, (_, i) => [200, 100, 50, 128][i % 4]!);
    const { dataset } = await read(
      {
        'a/1.png': jpeg,
        'a/2.png': makePng(half, 4, 4),
        'b/3.jpg': makePng(new Uint8Array(16).fill(77), 4, 4),
      },
      { imageSize: 1 },
    );
    const test = [...dataset.test.images];
    const all = new Set(
      [
        [...dataset.train.images.subarray(0, 3)],
        [...dataset.train.images.subarray(3, 6)],
        test,
      ].map((pixel) => pixel.join()),
    );
    expect(all).toContain('100,50,25');
    expect(all).toContain('77,77,77');
    const [red, green, blue] = [...all]
      .find((pixel) => pixel !== '100,50,25' && pixel !== '77,77,77')!
      .split(',')
      .map(Number) as [number, number, number];
    expect(
      Math.max(Math.abs(red - 200), Math.abs(green - 100), Math.abs(blue - 50)),
    ).toBeLessThanOrEqual(2);
  });

  describe('with images that cannot be read', () => {
    const damaged = {
      ...folders,
      'photos/train/ant/0.png': Uint8Array.from([1, 2, 3]),
      'photos/train/cat/9.png': png(5).subarray(0, -20),
    };

    it('asks, and continues without them', async () => {
      const asked: unknown[] = [];
      const { dataset, notes } = await read(damaged, {
        skipUnreadable: (unreadable) => {
          asked.push(unreadable);
          return Promise.resolve(true);
        },
      });
      expect(asked).toEqual([
        {
          count: 2,
          total: 6,
          examples: [
            'photos/train/ant/0.png: expected a PNG, JPEG, WebP, GIF, BMP, TIFF or PPM image, found other data.',
            expect.stringMatching(/9\.png: byte \d+: expected all of chunk IDAT, .*cut off/),
          ],
        },
      ]);
      expectSplit(dataset.train, {
        count: 3,
        images: concat(rgb(3), rgb(1), rgb(2)),
        labels: Uint8Array.from([0, 1, 1]),
      });
      expect(notes).toContain('2 of 6 images could not be read and are excluded.');
    });

    it('or fails, and names the first', async () => {
      await expect(read(damaged)).rejects.toThrow(
        /set: 2 of 6 images cannot be read\. photos\/train\/ant\/0\.png/,
      );
    });
  });

  it.each<[string, Files, Partial<ReadOptions>, RegExp]>([
    [
      'one class',
      { 'a/1.png': png(1), 'a/2.png': png(2) },
      {},
      /all 2 images lie in one folder, a: expected at least two folders/,
    ],
    ['no folders', { '1.png': png(1), '2.png': png(2) }, {}, /holds 2 images and no class folders/],
    [
      'too many pixels',
      { 'a/1.png': png(1), 'b/2.png': png(2) },
      { limits: { imagePixels: 1000 } },
      /1\.png: image size: expected at most 0\.001 million pixels, found 32 x 32/,
    ],
    [
      'more than memory holds',
      { 'a/1.png': png(1), 'b/2.png': png(2) },
      { limits: { memoryBytes: 6000 } },
      /2 images of 32 pixels take 6144 bytes: expected at most 6000\. Choose a smaller/,
    ],
  ])('rejects %s', async (_, files, changes, message) => {
    await expect(read(files, changes)).rejects.toThrow(message);
  });
});

describe('NumPy archives', () => {
  const images = Uint8Array.from({ length: 4 * 48 }, (_, i) => (i * 5) & 255);
  const labels = Uint8Array.from([1, 0, 1, 0]);
  const wide = (values: readonly number[]) =>
    new Uint8Array(BigInt64Array.from(values, BigInt).buffer);

  it('reads the names of Keras, labels of eight bytes in a column', async () => {
    const npz = makeZip({
      'x_train.npy': makeNpy('|u1', [4, 4, 4, 3], images),
      'y_train.npy': makeNpy('<i8', [4, 1], wide([1, 0, 1, 0])),
      'x_test.npy': makeNpy('|u1', [1, 4, 4, 3], images.subarray(0, 48)),
      'y_test.npy': makeNpy('|u1', [1], Uint8Array.from([1])),
    });
    const { dataset, kind } = await read({ 'set.npz': npz });
    expect([kind, dataset.size, dataset.channels, dataset.classNames]).toEqual([
      'npz',
      4,
      3,
      ['0', '1'],
    ]);
    expectSplit(dataset.train, { count: 4, images, labels });
    expectSplit(dataset.test, {
      count: 1,
      images: images.subarray(0, 48),
      labels: Uint8Array.from([1]),
    });
  });

  it('puts channels last, and uses names', async () => {
    const planes = new Uint8Array(images.length);
    for (let i = 0; i < 4; i++)
      for (let p = 0; p < 16; p++)
        for (let c = 0; c < 3; c++) planes[i * 48 + c * 16 + p] = images[i * 48 + p * 3 + c]!;
    const names = new Uint8Array(
      Uint32Array.from('ant\0cat\0', (letter) => letter.charCodeAt(0)).buffer,
    );
    const npz = makeZip({
      'train_images.npy': makeNpy('|u1', [4, 3, 4, 4], planes),
      'train_labels.npy': makeNpy('|u1', [4], labels),
      'test_images.npy': makeNpy('|u1', [4, 3, 4, 4], planes),
      'test_labels.npy': makeNpy('|u1', [4], labels),
      'class_names.npy': makeNpy('<U4', [2], names),
    });
    const { dataset } = await read({ a: npz });
    expect(dataset.classNames).toEqual(['ant', 'cat']);
    expect(dataset.train.images).toEqual(images);
  });

  const pair = (image: Uint8Array, label: Uint8Array) => ({
    'a.npz': makeZip({ 'images.npy': image, 'labels.npy': label }),
  });
  const good = makeNpy('|u1', [4, 4, 4, 3], images);
  it.each<[string, Files, RegExp]>([
    [
      'floats',
      pair(makeNpy('<f4', [4, 2, 2, 3], images), makeNpy('|u1', [4], labels)),
      /images\.npy: value 12: expected a number from 0 to 255, found NaN/,
    ],
    [
      'arrays that are no images',
      pair(makeNpy('|u1', [4, 2, 8, 5], new Uint8Array(320)), makeNpy('|u1', [4], labels)),
      /images\.npy: shape: expected count x size x size.* found 4 x 2 x 8 x 5/,
    ],
    [
      'too few values',
      pair(good.subarray(0, -1), makeNpy('|u1', [4], labels)),
      /images\.npy: values: expected 192 bytes .* found 191/,
    ],
    [
      'too few labels',
      pair(good, makeNpy('|u1', [3], labels.subarray(1))),
      /labels\.npy: number of labels: expected 4.* found 3/,
    ],
    [
      'labels that are no class',
      pair(good, makeNpy('<i8', [4], wide([0, 1, -1, 0]))),
      /labels\.npy: label of image 2: expected 0 or more, found -1/,
    ],
    [
      'no labels',
      { 'a.npz': makeZip({ 'images.npy': good }) },
      /expected train labels .* as well, found images \(4 x 4/,
    ],
  ])('rejects %s', async (_, files, message) => {
    await expect(read(files)).rejects.toThrow(message);
  });
});

describe('archives', () => {
  it('names unknown formats', async () => {
    await expect(read({ 'notes.txt': Uint8Array.from([1, 2, 3]) })).rejects.toThrow(
      /notes\.txt: expected NumPy arrays .*found notes\.txt/,
    );
    await expect(read({})).rejects.toThrow(/set: expected files of a data set, found none/);
    await expect(read({ 'a.bin': new Uint8Array(0) })).rejects.toThrow(
      /a\.bin: expected a data set, found an empty file/,
    );
  });

  it('finds damage in a zip entry by its checksum', async () => {
    const zip = makeZip(cifar, 0);
    zip[5000]! ^= 1;
    await expect(read({ 'a.zip': zip })).rejects.toThrow(
      /data_batch_1\.bin: its checksum \(CRC-32\) differs from the one in the archive/,
    );
  });

  it('does not unpack entries with impossible sizes or overlaps', async () => {
    const zip = makeZip({ 'a.bin': new Uint8Array(100_000) });
    const view = new DataView(zip.buffer);
    const directory = zip.length - 22 - view.getUint32(zip.length - 10, true);
    const bomb = zip.slice();
    new DataView(bomb.buffer).setUint32(directory + 24, 3_000_000_000, true);
    await expect(read({ 'a.zip': bomb })).rejects.toThrow(
      /a\.bin: declares 3000000000 bytes unpacked, which its \d+ packed bytes cannot contain/,
    );

    const twice = makeZip({ 'a.bin': train, 'b.bin': train });
    const last = new DataView(twice.buffer);
    const list = twice.length - 22 - last.getUint32(twice.length - 10, true);
    const nextEntry = list + 46 + 5;
    last.setUint32(nextEntry + 42, 0, true);
    await expect(read({ 'a.zip': twice })).rejects.toThrow(/overlap others/);
  });

  it('bounds what a gzip or tar archive unpacks to', async () => {
    const zeros = gzipSync(new Uint8Array(30_730_00));
    await expect(
      read({ 'train.bin.gz': zeros }, { limits: { memoryBytes: 1_000_000 } }),
    ).rejects.toThrow(/train\.bin\.gz: expected at most 1000000 bytes unpacked, found/);
    await expect(
      read({ 'a.tar.gz': makeTarGz(cifar) }, { limits: { archiveBytes: 100_000 } }),
    ).rejects.toThrow(/a\.tar\.gz: cifar.*: expected at most .* 100000 bytes in all/);
  });

  it.each([[700], [20_000], [-600]])(
    'reports where a tar archive is truncated (%i)',
    async (length) => {
      await expect(read({ 'a.tar': makeTar(cifar).subarray(0, length) })).rejects.toThrow(
        /a\.tar: truncated in .* at byte \d+, found the end/,
      );
    },
  );

  it('reports progress, and is cancelled at once', async () => {
    const seen: Progress[] = [];
    await read({ 'a.tar': makeTar(cifar) }, { progress: (progress) => seen.push(progress) });
    expect(seen.map(({ phase }) => phase)).toEqual([
      'looking',
      'looking',
      'looking',
      'reading',
      'reading',
      'reading',
    ]);
    expect(seen.at(-1)).toMatchObject({
      done: train.length + second.length + test.length,
      total: train.length + second.length + test.length,
    });

    const controller = new AbortController();
    const stopped = read(
      { 'a.tar': makeTar(cifar) },
      { signal: controller.signal, progress: () => controller.abort() },
    );
    await expect(stopped).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  });

  it('reports a file that shrinks while it is read', async () => {
    const file = {
      ...memoryFile('train.bin', train),
      slice: (start: number, end: number) =>
        Promise.resolve(train.subarray(start, Math.min(end, 40_000))),
    };
    await expect(readDataset([file], options())).rejects.toThrow(DatasetError);
    await expect(readDataset([file], options())).rejects.toThrow(
      /train\.bin: ends at byte 40000, expected 61460 bytes/,
    );
  });
});
