/**
 * Makes images in ImageNet's layout (train/CLASS/*.JPEG, val/CLASS/*.JPEG), to measure imports and searches of such sets:
 * a garment of Fashion-MNIST before one of ten drawn patterns, JPEGs of mixed sizes. The same arguments give the same files.
 *
 *   npx tsx scripts/make-imagenet-like.ts OUT [--images 20000] [--classes 100] [--sizes 100-400] [--seed 1]
 *
 * OUT is a folder, or a zip archive where its name ends in `.zip`.
 */
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { Zip, ZipPassThrough } from 'fflate';
import encodeJpeg, { init } from '@jsquash/jpeg/encode.js';
import { loadShipped } from '../cli/load-dataset.ts';
import { below, hash } from '../src/datasets/random.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    images: { type: 'string', default: '20000' },
    classes: { type: 'string', default: '100' },
    sizes: { type: 'string', default: '100-400' },
    seed: { type: 'string', default: '1' },
  },
});
const [out] = positionals;
if (!out) throw new Error('OUT is missing: a folder, or a file that ends in .zip.');
const [images, classes, seed] = [values.images, values.classes, values.seed].map(Number) as [
  number,
  number,
  number,
];
const [least, most] = values.sizes.split('-').map(Number) as [number, number];
/** One of ten images of a class is for validation. */
const validationEvery = 10;
/** Baseline with fixed tables, as most photographs of the web have: quick to write, too. */
const encoding = { quality: 80, baseline: true, progressive: false, optimize_coding: false };

/** Patterns behind the garment: how light pixel (x, y) is, from 0 to 1. */
const patterns: readonly ((x: number, y: number) => number)[] = [
  (x, y) => (x + y) / 2,
  (x) => (Math.floor(x * 8) % 2 ? 0.8 : 0.2),
  (_, y) => (Math.floor(y * 8) % 2 ? 0.8 : 0.2),
  (x, y) => ((Math.floor(x * 6) + Math.floor(y * 6)) % 2 ? 0.9 : 0.3),
  (x, y) => (Math.hypot(x - 0.5, y - 0.5) < 0.35 ? 0.9 : 0.2),
  (x, y) => (Math.max(Math.abs(x - 0.5), Math.abs(y - 0.5)) < 0.35 ? 0.2 : 0.9),
  (x, y) => 0.5 + 0.5 * Math.sin(30 * Math.hypot(x - 0.5, y - 0.5)),
  (x, y) => (Math.abs(x - y) < 0.2 ? 0.9 : 0.3),
  (x, y) => 0.5 + 0.5 * Math.sin(12 * x) * Math.sin(12 * y),
  (x, y) => (x + y < 1 ? 0.25 : 0.75),
];

const { train } = await loadShipped();
const byLabel = Array.from({ length: 10 }, (_, label) =>
  [...train.labels.keys()].filter((image) => train.labels[image] === label),
);

/** Image `number` of a class: RGBA. */
function draw(label: number, number: number): ImageData {
  const key = hash(seed, label, number);
  const side = (index: number) => least + below(most - least + 1, key, index);
  const [width, height] = [side(0), side(1)];
  const garments = byLabel[label % 10]!;
  const garment = garments[below(garments.length, key, 2)]! * 784;
  const pattern = patterns[Math.floor(label / 10) % 10]!;
  const tint = [3, 4, 5].map((index) => 60 + below(180, hash(seed, label), index));
  const shirt = [6, 7, 8].map((index) => 80 + below(176, key, index));
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  const cover = stretched(garment, width, height);
  // Noise, for files as large as photographs': a linear congruential generator is enough for it.
  let state = key | 1;
  for (let y = 0, at = 0, pixel = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4, pixel++) {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      const noise = (state >> 28) + (state >> 29);
      const share = cover[pixel]!;
      const light = (1 - share) * pattern(x / width, y / height);
      data[at] = light * tint[0]! + share * shirt[0]! + noise;
      data[at + 1] = light * tint[1]! + share * shirt[1]! + noise;
      data[at + 2] = light * tint[2]! + share * shirt[2]! + noise;
    }
  }
  return { data, width, height, colorSpace: 'srgb' };
}

/** How much the garment covers each pixel, from 0 to 1: its 28 x 28 pixels, interpolated. */
function stretched(first: number, width: number, height: number): Float32Array {
  const lines = new Float32Array(28 * width);
  const weigh = (at: number, length: number) => {
    const exact = Math.min(26.999, (at / length) * 27);
    return [Math.floor(exact), exact - Math.floor(exact)] as const;
  };
  for (let x = 0; x < width; x++) {
    const [i, share] = weigh(x, width);
    for (let j = 0; j < 28; j++) {
      const from = first + j * 28 + i;
      lines[j * width + x] =
        ((1 - share) * train.images[from]! + share * train.images[from + 1]!) / 255;
    }
  }
  const cover = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const [j, share] = weigh(y, height);
    for (let x = 0; x < width; x++)
      cover[y * width + x] =
        (1 - share) * lines[j * width + x]! + share * lines[(j + 1) * width + x]!;
  }
  return cover;
}

interface Sink {
  add(path: string, bytes: Uint8Array): Promise<void>;
  end(): Promise<void>;
}

function zipSink(path: string): Sink {
  const file = createWriteStream(path);
  let full: Promise<void> = Promise.resolve();
  const zip = new Zip((error, chunk, last) => {
    if (error) throw error;
    if (!file.write(chunk)) full = new Promise((resolve) => file.once('drain', resolve));
    if (last) file.end();
  });
  return {
    async add(name, bytes) {
      // JPEG images do not get any smaller.
      const entry = new ZipPassThrough(name);
      // Every run writes the same archive.
      entry.mtime = new Date(2020, 0, 1);
      zip.add(entry);
      entry.push(bytes, true);
      await full;
    },
    end: () =>
      new Promise((resolve, reject) => {
        file.once('close', resolve).once('error', reject);
        zip.end();
      }),
  };
}

const folderSink = (folder: string): Sink => ({
  async add(name, bytes) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  },
  end: () => Promise.resolve(),
});

const module = new URL(import.meta.resolve('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm'));
await init(await WebAssembly.compile(await readFile(module)));
const sink = out.endsWith('.zip') ? zipSink(out) : folderSink(out);
let bytes = 0;
for (let i = 0; i < images; i++) {
  const label = i % classes;
  const number = Math.floor(i / classes);
  const name = `n${String(1_000_000 + 137 * label).padStart(8, '0')}`;
  const split = number % validationEvery === validationEvery - 1 ? 'val' : 'train';
  const data = new Uint8Array(await encodeJpeg(draw(label, number), encoding));
  bytes += data.length;
  await sink.add(`${split}/${name}/${name}_${number}.JPEG`, data);
  if ((i + 1) % 1000 === 0) process.stderr.write(`${i + 1} of ${images} images\n`);
}
await sink.end();
process.stderr.write(`${images} images of ${classes} classes, ${bytes} bytes, in ${out}.\n`);
