import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DatasetError } from './dataset.ts';
import { readIdx, readIdxSplit } from './idx.ts';

function idx(
  dimensions: number[],
  values: number[],
  magic = [0, 0, 8, dimensions.length],
): Uint8Array {
  const sizes = dimensions.flatMap((n) => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]);
  return Uint8Array.from([...magic, ...sizes, ...values]);
}
const images = { name: 'images', bytes: idx([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]) };
const labels = { name: 'labels', bytes: idx([2], [1, 0]) };

describe('readIdx', () => {
  it('reads plain and gzipped files alike', async () => {
    const plain = await readIdx(images, 3);
    expect(plain.dimensions).toEqual([2, 2, 2]);
    expect([...plain.values]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const packed = await readIdx({ name: 'images.gz', bytes: gzipSync(images.bytes) }, 3);
    expect([...packed.values]).toEqual([...plain.values]);
  });

  it('reads a view into a larger buffer', async () => {
    const padded = new Uint8Array(images.bytes.length + 3);
    padded.set(images.bytes, 3);
    expect((await readIdx({ name: 'view', bytes: padded.subarray(3) }, 3)).dimensions).toEqual([
      2, 2, 2,
    ]);
  });

  it.each<[string, Uint8Array, number, RegExp]>([
    ['an empty file', new Uint8Array(), 3, /f: header: expected at least 4 bytes, found 0/],
    [
      'a wrong magic number',
      idx([1], [0], [1, 0, 8, 1]),
      1,
      /f: magic number: expected 0x00 0x00, found 0x01 0x00/,
    ],
    [
      'another element type',
      idx([1], [0], [0, 0, 10, 1]),
      1,
      /f: element type: expected 0x08 .*found 0x0a/,
    ],
    ['labels for images', labels.bytes, 3, /f: number of dimensions: expected 3, found 1/],
    ['a header cut off', images.bytes.slice(0, 10), 3, /f: header: expected 16 bytes, found 10/],
    [
      'values cut off',
      images.bytes.slice(0, -1),
      3,
      /f: truncated: expected 8 bytes of values \(2 x 2 x 2\), found 7/,
    ],
    [
      'bytes too many',
      Uint8Array.from([...labels.bytes, 0]),
      1,
      /f: trailing bytes: expected 2 .*found 3/,
    ],
    [
      'half a gzip file',
      gzipSync(images.bytes).subarray(0, 15),
      3,
      /f is not a complete gzip file/,
    ],
  ])('rejects %s', async (_, bytes, rank, message) => {
    const error: unknown = await readIdx({ name: 'f', bytes }, rank).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(DatasetError);
    expect(String(error)).toMatch(message);
  });
});

describe('readIdxSplit', () => {
  it('joins images and labels', async () => {
    const { split, size } = await readIdxSplit(images, labels, 2);
    expect([split.count, size, ...split.labels]).toEqual([2, 2, 1, 0]);
  });

  it('rejects a label out of range, naming the image', async () => {
    await expect(readIdxSplit(images, labels, 1)).rejects.toThrow(
      'labels: label of image 0: expected 0 to 0, found 1.',
    );
  });

  it('rejects files of different length', async () => {
    const three = { name: 'labels', bytes: idx([3], [0, 0, 0]) };
    await expect(readIdxSplit(images, three, 2)).rejects.toThrow(
      /labels: number of labels: expected 2, .*images, found 3/,
    );
  });

  it('rejects images that are not square, and none', async () => {
    await expect(
      readIdxSplit({ name: 'i', bytes: idx([1, 1, 2], [0, 0]) }, labels, 2),
    ).rejects.toThrow(/i: image size: .*1 x 2/);
    await expect(readIdxSplit({ name: 'i', bytes: idx([0, 2, 2], []) }, labels, 2)).rejects.toThrow(
      /i: number of images/,
    );
  });
});
