/**
 * From the full set of Fashion-MNIST (Debian: apt-get install dataset-fashion-mnist):
 *
 *   npm run fashion-mnist                   puts all 60,000 + 10,000 images into public/data/fashion-mnist-full, where the
 *                                           page offers them from its next build on
 *   node scripts/make-fashion-mnist.mjs     makes public/data/fashion-mnist, the set that is shipped: the first 1,200
 *                                           training images of each class, in their original order, and all test images
 *
 * Either takes the folder of the full set as its last argument, where it lies elsewhere.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

const args = process.argv.slice(2);
const all = args.includes('--all');
const source =
  args.find((argument) => !argument.startsWith('--')) ?? '/usr/share/datasets/fashion-mnist';
const target = join(
  import.meta.dirname,
  '../public/data',
  all ? 'fashion-mnist-full' : 'fashion-mnist',
);
const perClass = 1200;
const classes = 10;
const imageBytes = 28 * 28;

const names = ['train', 't10k'].flatMap((split) => [
  `${split}-images-idx3-ubyte.gz`,
  `${split}-labels-idx1-ubyte.gz`,
]);
const missing = names.filter((name) => !existsSync(join(source, name)));
if (missing.length > 0) {
  process.stderr.write(
    `${source} has no ${missing.join(', ')}. On Debian: apt-get install dataset-fashion-mnist. Elsewhere, give the folder: npm run fashion-mnist -- FOLDER\n`,
  );
  process.exit(1);
}

const read = (name, header) => gunzipSync(readFileSync(join(source, name))).subarray(header);
function write(name, magic, dimensions, values) {
  const header = Buffer.alloc(4 + 4 * dimensions.length);
  header.writeUInt32BE(magic);
  dimensions.forEach((dimension, axis) => header.writeUInt32BE(dimension, 4 + 4 * axis));
  const packed = gzipSync(Buffer.concat([header, values]), { level: 9 });
  writeFileSync(join(target, name), packed);
  console.log(`${name} ${packed.length}`);
}

function makeShipped() {
  for (const [split, wanted] of [
    ['train', perClass],
    ['t10k', Infinity],
  ]) {
    const images = read(`${split}-images-idx3-ubyte.gz`, 16);
    const labels = read(`${split}-labels-idx1-ubyte.gz`, 8);
    const taken = new Array(classes).fill(0);
    const chosen = [...labels.keys()].filter((image) => taken[labels[image]]++ < wanted);
    write(
      `${split}-images-idx3-ubyte.gz`,
      0x803,
      [chosen.length, 28, 28],
      Buffer.concat(chosen.map((i) => images.subarray(i * imageBytes, (i + 1) * imageBytes))),
    );
    write(
      `${split}-labels-idx1-ubyte.gz`,
      0x801,
      [chosen.length],
      Buffer.from(chosen.map((image) => labels[image])),
    );
  }
}

mkdirSync(target, { recursive: true });
if (all) {
  for (const name of names) copyFileSync(join(source, name), join(target, name));
  console.log(
    `All 60,000 training images are in ${target}. Build the page (npm start, or npm run build) and choose them under Data.`,
  );
} else makeShipped();
