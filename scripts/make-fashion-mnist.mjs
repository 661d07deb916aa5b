/**
 * Makes public/data/fashion-mnist from the full set (Debian: apt-get install dataset-fashion-mnist): the first 1,200
 * training images of each class, in their original order, and all test images.
 *
 *   node scripts/make-fashion-mnist.mjs [folder of the full set]
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

const source = process.argv[2] ?? '/usr/share/datasets/fashion-mnist';
const target = join(import.meta.dirname, '../public/data/fashion-mnist');
const perClass = 1200;
const classes = 10;
const imageBytes = 28 * 28;

const read = (name, header) => gunzipSync(readFileSync(join(source, name))).subarray(header);
function write(name, magic, dimensions, values) {
  const header = Buffer.alloc(4 + 4 * dimensions.length);
  header.writeUInt32BE(magic);
  dimensions.forEach((dimension, axis) => header.writeUInt32BE(dimension, 4 + 4 * axis));
  const packed = gzipSync(Buffer.concat([header, values]), { level: 9 });
  writeFileSync(join(target, name), packed);
  console.log(`${name} ${packed.length}`);
}

mkdirSync(target, { recursive: true });
for (const [split, wanted] of [['train', perClass], ['t10k', Infinity]]) {
  const images = read(`${split}-images-idx3-ubyte.gz`, 16);
  const labels = read(`${split}-labels-idx1-ubyte.gz`, 8);
  const taken = new Array(classes).fill(0);
  const chosen = [...labels.keys()].filter((image) => taken[labels[image]]++ < wanted);
  write(`${split}-images-idx3-ubyte.gz`, 0x803, [chosen.length, 28, 28], Buffer.concat(chosen.map((i) => images.subarray(i * imageBytes, (i + 1) * imageBytes))));
  write(`${split}-labels-idx1-ubyte.gz`, 0x801, [chosen.length], Buffer.from(chosen.map((image) => labels[image])));
}
