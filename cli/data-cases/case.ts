/** Inputs with right answers (../shared/data/cases): what a case holds, and whether a data set is what it says. */
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';

export interface Expected {
  input: string;
  size: number;
  kind: 'value' | 'either' | 'error';
  classes: string[] | null;
  args: { labels?: 'fine' | 'coarse'; skip?: boolean };
}

export interface Truth {
  /** [n, size, size, 3] */
  pixels: Uint8Array;
  labels: number[];
  splits: string[];
}

export interface Case {
  name: string;
  folder: string;
  expected: Expected;
  truth: Truth | null;
}

/** A data set as any reader hands it over. */
export interface FoundSet {
  size: number;
  channels: number;
  classNames: readonly string[];
  train: { images: Uint8Array; labels: ArrayLike<number> };
  test: { images: Uint8Array; labels: ArrayLike<number> };
}

/** Resampling may differ by so many levels. */
const tolerance = 3;

export const caseNames = (root: string): string[] =>
  readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();

export function readCase(root: string, name: string): Case {
  const folder = join(root, name);
  const expected = JSON.parse(readFileSync(join(folder, 'expect.json'), 'utf8')) as Expected;
  const file = join(folder, 'expect.npz');
  return { name, folder, expected, truth: existsSync(file) ? readTruth(file) : null };
}

/** Not by the lab's own reader, which is what is tested. */
function readTruth(file: string): Truth {
  const arrays = unzipSync(readFileSync(file));
  const valuesOf = (name: string) => {
    const bytes = arrays[`${name}.npy`]!;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const length = view.getUint16(8, true);
    const header = new TextDecoder().decode(bytes.subarray(10, 10 + length));
    return { values: bytes.subarray(10 + length), dtype: /'descr': '([^']*)'/.exec(header)![1]! };
  };
  const labels = valuesOf('label').values.slice();
  const split = valuesOf('split');
  const width = Number(split.dtype.slice(2));
  const letters = new Uint32Array(split.values.slice().buffer);
  return {
    pixels: valuesOf('px').values,
    labels: Array.from(new BigInt64Array(labels.buffer), Number),
    splits: Array.from({ length: letters.length / width }, (_, i) =>
      String.fromCodePoint(...letters.subarray(i * width, (i + 1) * width)).replace(/\0+$/, ''),
    ),
  };
}

/** What is wrong with a set that was read; null where it is right, or there is nothing to compare with. */
export function differenceFrom(
  { expected, truth }: Pick<Case, 'expected' | 'truth'>,
  set: FoundSet,
): string | null {
  const { classes } = expected;
  if (!truth) return null;
  if (classes && classes.length > 0 && classes.join('\n') !== set.classNames.join('\n'))
    return `classes: expected ${classes.join(', ')}, found ${set.classNames.join(', ')}`;
  const side = Math.round(Math.sqrt(truth.pixels.length / truth.labels.length / 3));
  if (set.size !== side) return `size: expected ${side}, found ${set.size}`;
  const imageBytes = side * side * 3;
  const anySplit = truth.splits.every((split) => split === 'any');
  const key = (split: string, label: number) => `${anySplit ? 'any' : split} ${label}`;
  const groups = new Map<string, Uint8Array[]>();
  for (const split of ['train', 'test'] as const) {
    const { images, labels } = set[split];
    const step = side * side * set.channels;
    for (let i = 0; i < labels.length; i++) {
      const pixels = images.subarray(i * step, (i + 1) * step);
      const rgb =
        set.channels === 3
          ? pixels
          : Uint8Array.from({ length: imageBytes }, (_, at) => pixels[Math.floor(at / 3)]!);
      const one = key(split, labels[i]!);
      groups.set(one, [...(groups.get(one) ?? []), rgb]);
    }
  }
  const found = set.train.labels.length + set.test.labels.length;
  if (found !== truth.labels.length)
    return `images: expected ${truth.labels.length}, found ${found}`;
  for (let i = 0; i < truth.labels.length; i++) {
    const wanted = truth.pixels.subarray(i * imageBytes, (i + 1) * imageBytes);
    const group = groups.get(key(truth.splits[i]!, truth.labels[i]!)) ?? [];
    const distances = group.map((pixels) => distance(pixels, wanted));
    const best = distances.indexOf(Math.min(...distances));
    if (best < 0) return `image ${i} (${key(truth.splits[i]!, truth.labels[i]!)}): none is left`;
    if (distances[best]! > tolerance)
      return `image ${i} (${key(truth.splits[i]!, truth.labels[i]!)}): the nearest differs by ${distances[best]}`;
    group.splice(best, 1);
  }
  return null;
}

function distance(a: Uint8Array, b: Uint8Array): number {
  let most = 0;
  for (let i = 0; i < b.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
}

export type Outcome = { set: FoundSet } | { error: unknown };

/** What is wrong with how a case came out; null where all is well. */
export function judge(one: Case, outcome: Outcome): string | null {
  const { kind } = one.expected;
  if ('set' in outcome) {
    if (kind === 'error') return 'read, though it must be refused';
    return differenceFrom(one, outcome.set);
  }
  const { error } = outcome;
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof Error) || error.name !== 'DatasetError')
    return `failed without a clear error: ${message}`;
  if (kind === 'value') return `refused: ${message}`;
  return message.length < 20 || /\[object/.test(message) ? `unclear error: ${message}` : null;
}

/**
 * A copy of a case in which links are links again: copies of the cases may hold them as small texts with their targets.
 * Remove it by `remove`.
 */
export function withLinks(one: Case): { folder: string; remove(): void } {
  if (!one.name.startsWith('link_')) return { folder: one.folder, remove: () => {} };
  const folder = mkdtempSync(join(tmpdir(), 'mgas-case-'));
  cpSync(one.folder, folder, { recursive: true, verbatimSymlinks: true });
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || statSync(path).size > 200 || entry.name === 'expect.json') continue;
    const target = readFileSync(path, 'utf8');
    const isPath = /^[\w./-]+$/.test(target);
    const leads = existsSync(join(dirname(path), target)) || target.includes('/') || target === '.';
    if (!isPath || !leads) continue;
    rmSync(path);
    symlinkSync(target, path);
  }
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}
