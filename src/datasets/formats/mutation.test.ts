/** Damaged files of every kind beside those of files/mutation.test.ts: clear errors, bounded time and memory, nothing executed. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeImage } from '../../../cli/node-files.ts';
import { makeCifarPickle, makeMat, makeMatVariable } from '../arrays/testing.ts';
import { DatasetError, type Dataset } from '../dataset.ts';
import { readDataset } from '../files/read-dataset.ts';
import {
  makeIdx,
  makeNpy,
  makePng,
  makeTar,
  makeZip,
  memoryFile,
  type Files,
} from '../files/testing.ts';
import { makeBmp, makeGif, makePpm, makeTiff } from '../images/testing.ts';

const rgb = (seed: number) => Uint8Array.from({ length: 192 }, (_, i) => (seed * 31 + i * i) & 255);
const gray = (seed: number) => Uint8Array.from({ length: 64 }, (_, i) => (seed * 17 + i) & 255);
const photos = (make: (seed: number) => Uint8Array, ending: string): Uint8Array =>
  makeZip(
    Object.fromEntries(
      Array.from({ length: 6 }, (_, i) => [
        `train/${i % 2 ? 'ant' : 'cat'}/${i}.${ending}`,
        make(i),
      ]),
    ),
    0,
  );
const batch = (seed: number) =>
  makeCifarPickle(
    Array.from({ length: 20 }, (_, i) => i % 10),
    Uint8Array.from({ length: 20 * 3072 }, (_, i) => (seed + i * 7) & 255),
  );
const images = Uint8Array.from({ length: 20 * 64 }, (_, i) => (i * 7) & 255);
const labels = Uint8Array.from({ length: 20 }, (_, i) => i % 3);
const floats = new Uint8Array(Float32Array.from(images, (value) => value / 255).buffer);
const png = (seed: number) => makePng(rgb(seed), 8, 8);
const zip = (files: Files) => makeZip(files, 0);

const originals: readonly (readonly [name: string, bytes: Uint8Array])[] = [
  ['cifar-10-batches-py.tar', makeTar({ data_batch_1: batch(1), test_batch: batch(2) })],
  ['data_batch_1', batch(3)],
  [
    'set.mat',
    makeMat(makeMatVariable('X', [8, 8, 1, 20], images), makeMatVariable('y', [20, 1], labels)),
  ],
  [
    'set-v7.mat',
    makeMat(
      makeMatVariable('X', [8, 8, 1, 20], images, true),
      makeMatVariable('y', [20, 1], labels, true),
    ),
  ],
  ['bmp.zip', photos((i) => makeBmp(rgb(i), 8, 8), 'bmp')],
  ['gif.zip', photos((i) => makeGif(gray(i), 8, 8), 'gif')],
  ['tif.zip', photos((i) => makeTiff(rgb(i), 8, 8), 'tif')],
  ['ppm.zip', photos((i) => makePpm(rgb(i), 8, 8), 'ppm')],
  [
    'float.npz',
    zip({
      'x_train.npy': makeNpy('<f4', [20, 8, 8], floats),
      'y_train.npy': makeNpy('|u1', [20, 1], labels),
    }),
  ],
  [
    'classes.zip',
    zip({
      'cat.npy': makeNpy('|u1', [20, 64], images),
      'dog.npy': makeNpy('|u1', [20, 64], images),
    }),
  ],
  [
    'qmnist.zip',
    zip({
      'qmnist-train-images-idx3-ubyte': makeIdx([20, 8, 8], images),
      'qmnist-train-labels-idx1-ubyte': makeIdx([20], labels),
    }),
  ],
  [
    'stl10.zip',
    zip({
      'train_X.bin': Uint8Array.from({ length: 20 * 27648 }, (_, i) => i & 255),
      'train_y.bin': Uint8Array.from({ length: 20 }, (_, i) => 1 + (i % 10)),
    }),
  ],
  [
    'project.tm',
    zip({
      'manifest.json': new TextEncoder().encode('{"type":"image"}'),
      ...Object.fromEntries([1, 2, 3, 4].map((i) => [`${i % 2 ? 'a' : 'b'}-!-${i}.png`, png(i)])),
    }),
  ],
  [
    'nested.zip',
    zip({
      'train.zip': zip({ 'a/1.png': png(1), 'a/2.png': png(5), 'b/1.png': png(2) }),
      'test.zip': zip({ 'a/1.png': png(3), 'b/1.png': png(4) }),
    }),
  ],
];

type Mutation = (bytes: Uint8Array) => Uint8Array;
/** Headers and lists lie at both ends. */
const place = fc.tuple(
  fc.constantFrom<'start' | 'end' | 'anywhere'>('start', 'end', 'anywhere'),
  fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
);
const mutation: fc.Arbitrary<Mutation> = fc
  .tuple(
    place,
    fc.constantFrom('flip', 'cut', 'zero', 'large', 'drop'),
    fc.integer({ min: 1, max: 255 }),
  )
  .map(([[near, share], kind, value]) => (bytes) => {
    const reach = near === 'anywhere' ? bytes.length : Math.min(400, bytes.length);
    const offset = Math.floor(share * reach);
    const at = near === 'end' ? Math.max(0, bytes.length - 1 - offset) : offset;
    const result = bytes.slice();
    if (kind === 'flip') result[at]! ^= value;
    else if (kind === 'zero') result.fill(0, at, at + value);
    else if (kind === 'large') result.fill(0xff, at, at + 4);
    else if (kind === 'cut') return result.subarray(0, at);
    else return Uint8Array.from([...result.subarray(0, at), ...result.subarray(at + value)]);
    return result;
  });

function expectSound({ size, channels, classNames, train, test }: Dataset): void {
  for (const { count, images: pixels, labels: classes } of [train, test]) {
    expect([pixels.length, classes.length]).toEqual([count * size * size * channels, count]);
    expect(count).toBeGreaterThan(0);
    expect(classes.every((label) => label < classNames.length)).toBe(true);
  }
}

const read = (name: string, bytes: Uint8Array) =>
  readDataset([memoryFile(name, bytes)], {
    name,
    imageSize: 8,
    signal: new AbortController().signal,
    decode: decodeImage,
    skipUnreadable: () => Promise.resolve(false),
    limits: { memoryBytes: 50e6, archiveBytes: 100e6, entries: 1000, imagePixels: 1e6 },
  });

it.each(originals)('reads all of %s', async (name, bytes) => {
  expectSound((await read(name, bytes)).dataset);
});

it('rejects 500 damaged files with a clear error, or reads them correctly', async () => {
  let errors = 0;
  const slow: string[] = [];
  await fc.assert(
    fc.asyncProperty(
      fc.nat(originals.length - 1),
      fc.array(mutation, { minLength: 1, maxLength: 3 }),
      async (which, mutations) => {
        const [name, original] = originals[which]!;
        const bytes = mutations.reduce((now, mutate) => mutate(now), original);
        const begin = performance.now();
        try {
          expectSound((await read(name, bytes)).dataset);
        } catch (error) {
          expect(error).toBeInstanceOf(DatasetError);
          expect((error as Error).message.length).toBeGreaterThan(20);
          expect((error as Error).message).not.toMatch(/\[object|undefined|NaN x/);
          errors++;
        }
        if (performance.now() - begin > 10_000) slow.push(name);
      },
    ),
    { numRuns: 500, seed: 2310 },
  );
  expect(slow).toEqual([]);
  expect(errors).toBeGreaterThan(200);
}, 240_000);

const text = (value: string) => Uint8Array.from(value, (character) => character.charCodeAt(0));

it.each<[string, string, RegExp]>([
  [
    'a call of the system',
    "\x80\x02}(U\x06labelscos\nsystem\n(S'true'\ntRu.",
    /the name 'os\.system' is refused/,
  ],
  [
    'eval',
    "\x80\x02}(U\x06labelsc__builtin__\neval\n(S'1'\ntRu.",
    /the name '__builtin__\.eval' is refused/,
  ],
  [
    'a name of the prototype',
    '\x80\x02}(U\x06labelsc__proto__\nx\nu.',
    /the name '__proto__\.x' is refused/,
  ],
  ['INST', '\x80\x02}(ios\nsystem\n.', /the opcode INST is refused/],
  ['OBJ', '\x80\x02}(o.', /the opcode OBJ is refused/],
  ['NEWOBJ', '\x80\x02})\x81.', /the opcode NEWOBJ is refused/],
  ['PERSID', '\x80\x02}Pabc\n.', /the opcode PERSID is refused/],
  ['EXT1', '\x80\x02}\x82\x01.', /the opcode EXT1 is refused/],
  ['a call of a list', '\x80\x02]]R.', /a call is refused/],
  ['state for a dictionary', '\x80\x02}}b.', /BUILD is refused/],
  ['an opcode that there is not', '\x80\x02}\xff.', /the opcode 0xff is refused/],
])('rejects %s in a pickle by name', async (_, pickle, message) => {
  await expect(read('data_batch_1', text(pickle))).rejects.toThrow(message);
});
