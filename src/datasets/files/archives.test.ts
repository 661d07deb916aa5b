/** Archives as people's tools write them. */
import { gzipSync } from 'fflate';
import { expect, it } from 'vitest';
import { decodeImage } from '../../../cli/node-files.ts';
import { gunzipPieces } from '../gzip.ts';
import { crc32, viewOf } from './bytes.ts';
import { guessEncoding } from './names.ts';
import { openDataset, readDataset } from './read-dataset.ts';
import {
  concat,
  makeCifar,
  makeNpy,
  makePng,
  makeTar,
  makeTarGz,
  makeZip,
  memoryFile,
  memoryFiles,
  type Files,
} from './testing.ts';

const options = {
  name: 'set',
  imageSize: 2,
  signal: new AbortController().signal,
  decode: decodeImage,
  skipUnreadable: () => Promise.resolve(false),
};
const png = (seed: number) =>
  makePng(
    new Uint8Array(12).map((_, i) => (seed * 40 + i) & 255),
    2,
    2,
  );
const photos: Files = {
  'train/a/1.png': png(1),
  'train/a/2.png': png(2),
  'train/b/1.png': png(3),
  'test/a/1.png': png(4),
  'test/b/1.png': png(5),
};

/** As macOS's archiver writes it: the number of entries modulo 65,536, and no Zip64 record. */
function macZip(count: number, make: (i: number) => [path: string, bytes: Uint8Array]): Uint8Array {
  const locals: Uint8Array[] = [];
  const list: Uint8Array[] = [];
  let offset = 0;
  for (let i = 0; i < count; i++) {
    const [path, bytes] = make(i);
    const name = new TextEncoder().encode(path);
    const fields = (record: Uint8Array, at: number) => {
      const view = viewOf(record);
      view.setUint32(at + 8, crc32(bytes), true);
      view.setUint32(at + 12, bytes.length, true);
      view.setUint32(at + 16, bytes.length, true);
      view.setUint16(at + 20, name.length, true);
    };
    const local = new Uint8Array(30 + name.length + bytes.length);
    viewOf(local).setUint32(0, 0x04034b50, true);
    fields(local, 6);
    local.set(name, 30);
    local.set(bytes, 30 + name.length);
    const listed = new Uint8Array(46 + name.length);
    viewOf(listed).setUint32(0, 0x02014b50, true);
    fields(listed, 8);
    viewOf(listed).setUint32(42, offset, true);
    listed.set(name, 46);
    locals.push(local);
    list.push(listed);
    offset += local.length;
  }
  const directory = concat(...list);
  const end = new Uint8Array(22);
  const view = viewOf(end);
  view.setUint32(0, 0x06054b50, true);
  view.setUint16(8, count & 0xffff, true);
  view.setUint16(10, count & 0xffff, true);
  view.setUint32(12, directory.length, true);
  view.setUint32(16, offset, true);
  return concat(...locals, directory, end);
}

it("reads all of macOS's zip with more than 65,535 entries", async () => {
  const images = [png(1), png(2)];
  const count = 65_600;
  const zip = macZip(count, (i) => [`photos/${i % 2 ? 'cat' : 'dog'}/${i}.png`, images[i % 2]!]);
  const { dataset } = await readDataset([memoryFile('photos.zip', zip)], {
    ...options,
    // Decoding is not what is tested: 65,600 times two pictures.
    decode: (bytes) =>
      Promise.resolve({
        width: 2,
        height: 2,
        data: new Uint8Array(16).fill(bytes === images[0] ? 9 : 200),
      }),
  });
  expect(dataset.train.count + dataset.test.count).toBe(count);
  expect(dataset.classNames).toEqual(['cat', 'dog']);
});

it('rejects a zip that lists fewer entries than it declares', async () => {
  const zip = macZip(10, (i) => [`${i % 2 ? 'a' : 'b'}/${i}.png`, png(1)]);
  viewOf(zip).setUint16(zip.length - 12, 12, true);
  await expect(readDataset([memoryFile('a.zip', zip)], options)).rejects.toThrow(
    /a\.zip: byte \d+: expected entry 11 of 12 of the list/,
  );
});

it.each<[string, Files]>([
  [
    'two archives',
    {
      'train.zip': makeZip({ 'a/1.png': png(1), 'a/2.png': png(2), 'b/1.png': png(3) }),
      'test.zip': makeZip({ 'a/1.png': png(4), 'b/1.png': png(5) }),
    },
  ],
  ['an archive in a folder', { 'x/set.zip': makeZip(photos), 'x/readme.md': Uint8Array.of(65) }],
  ['a zip in a zip', { 'a.zip': makeZip({ 'set.zip': makeZip(photos) }) }],
  ['a tar in a zip', { 'a.zip': makeZip({ 'set.tar': makeTar(photos) }) }],
  ['a tar.gz in a tar', { 'a.tar': makeTar({ 'set.tar.gz': makeTarGz(photos) }) }],
  [
    'paths with ./',
    {
      'a.zip': makeZip(
        Object.fromEntries(Object.entries(photos).map(([path, bytes]) => [`./${path}`, bytes])),
      ),
    },
  ],
  ['files beside their archive', { ...photos, 'set.zip': makeZip(photos) }],
])('reads %s', async (_, files) => {
  const { dataset } = await readDataset(memoryFiles(files), options);
  expect([dataset.train.count, dataset.test.count, dataset.classNames]).toEqual([3, 2, ['a', 'b']]);
});

it.each<[string, string, string[]]>([
  ['gbk', 'gbk', ['\xc3\xa8', '\xb9\xb7', '\xc4\xf1']],
  ['gbk, longer', 'gbk', ['\xca\xfd\xbe\xdd\xbc\xaf', '\xd1\xb5\xc1\xb7']],
  ['shift_jis', 'shift_jis', ['\x94\x4c', '\x8c\xa2', '\x92\xb9']],
  ['shift_jis kana', 'shift_jis', ['\x82\xcb\x82\xb1', '\x83\x43\x83\x6b']],
  ['cp866', 'ibm866', ['\xaa\xae\xe8\xaa\xa0', '\xe1\xae\xa1\xa0\xaa\xa0', '\xaf\xe2\xa8\xe6\xa0']],
  ['cp437', 'cp437', ['M\x81ller', 'caf\x82', 'pi\xa4ata']],
  ['utf-8', 'utf-8', ['\xe7\x8c\xab', 'plain']],
])('guesses names in %s', (_, encoding, names) => {
  const bytes = names.map((name) => Uint8Array.from(name, (character) => character.charCodeAt(0)));
  expect(guessEncoding(bytes).encoding).toBe(encoding);
});

it('unpacks several gzip members, padded or not', async () => {
  const parts = [new Uint8Array(5000).fill(7), new Uint8Array(300).fill(9)];
  const members = parts.map((part) => gzipSync(part));
  const platform = globalThis.DecompressionStream;
  // Browsers refuse what follows the first member.
  globalThis.DecompressionStream = class extends TransformStream {
    constructor() {
      super({
        transform() {
          throw new TypeError('Junk found after end of compressed data.');
        },
      });
    }
  } as unknown as typeof DecompressionStream;
  try {
    const unpack = async (...packed: Uint8Array[]) => {
      const found: Uint8Array[] = [];
      const open = async function* () {
        for (const piece of packed) yield await Promise.resolve(piece);
      };
      for await (const piece of gunzipPieces(open, 'x.gz')) found.push(piece);
      return concat(...found);
    };
    expect(await unpack(...members)).toEqual(concat(...parts));
    const noise = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i * 31 + (i >> 3)) & 255);
    const large = gzipSync(noise);
    const cut = large.length - 20_000;
    expect(Buffer.compare(await unpack(large.subarray(0, cut), large.subarray(cut)), noise)).toBe(
      0,
    );
    expect(await unpack(concat(...members), new Uint8Array(1000))).toEqual(concat(...parts));
    expect(await unpack(members[0]!.subarray(0, 10), members[0]!.subarray(10))).toEqual(parts[0]);
    const damaged = members[0]!.slice();
    damaged[damaged.length - 6]! ^= 1;
    await expect(unpack(damaged)).rejects.toThrow(/x\.gz is not a complete gzip file/);
    await expect(unpack(damaged, members[1]!)).rejects.toThrow(/x\.gz is not a complete gzip file/);
    await expect(unpack(members[0]!.subarray(0, -9))).rejects.toThrow(/not a complete gzip file/);
  } finally {
    globalThis.DecompressionStream = platform;
  }
});

it.each<[string, (files: Files) => Uint8Array]>([
  ['set.zip', makeZip],
  ['set.tar', makeTar],
  ['set.tar.gz', makeTarGz],
])('shows the first images of %s', async (name, pack) => {
  const records = (first: number) =>
    makeCifar(Array.from({ length: 200 }, (_, i) => [(first + i) % 10]));
  const files = { 'data_batch_1.bin': records(0), 'test_batch.bin': records(3) };
  const opened = await openDataset([memoryFile(name, pack(files))], options);
  const samples = await (await opened.look({})).samples(8);
  expect(samples?.captions.map(({ split, label }) => `${split} ${label}`)).toEqual([
    ...['airplane', 'automobile', 'bird', 'cat'].map((label) => `train ${label}`),
    ...['cat', 'deer', 'dog', 'frog'].map((label) => `test ${label}`),
  ]);
});

it('looks at a large set without reading it whole', async () => {
  const read: [number, number][] = [];
  const count = 200_000;
  const images = {
    path: 'x_train.npy',
    size: 0,
    slice: (start: number, end: number) => {
      read.push([start, end]);
      const bytes = new Uint8Array(end - start);
      bytes.set(header.subarray(start, Math.min(end, header.length)));
      return Promise.resolve(bytes);
    },
  };
  const header = makeNpy('|u1', [count, 64, 64, 3], new Uint8Array(0));
  images.size = header.length + count * 64 * 64 * 3;
  const labels = makeNpy(
    '|u1',
    [count],
    Uint8Array.from({ length: count }, (_, i) => i % 10),
  );
  const begin = performance.now();
  const opened = await openDataset([images, memoryFile('y_train.npy', labels)], options);
  const look = await opened.look({});
  const samples = await look.samples(12);
  expect(look.outline.splits).toEqual([{ split: 'train', images: count, classes: 10 }]);
  expect(samples?.captions.length).toBe(12);
  expect(performance.now() - begin).toBeLessThan(2000);
  expect(read.reduce((sum, [start, end]) => sum + end - start, 0)).toBeLessThan(1e6);
});
