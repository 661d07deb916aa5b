/**
 * Counter-based random numbers: a value is a hash of its keys and its position, so any of them can be had without the
 * ones before. That is what lets a search resume in the middle of an epoch.
 */

/** A permutation of the 32-bit integers that scatters neighbours (Wellons' "lowbias32"). */
function scatter(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0xd35a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}

/** Hash of a sequence of 32-bit integers to one. */
export function hash(...keys: number[]): number {
  let state = 0x9e3779b9;
  for (const key of keys) state = scatter((state ^ key) + 0x9e3779b9);
  return state;
}

/** Whole number in [0, limit), the `index`-th of the stream `key`. The bias, limit / 2^32, is of no account for the limits here. */
export function below(limit: number, key: number, index: number): number {
  return Math.floor((hash(key, index) / 0x1_0000_0000) * limit);
}

/** Shuffles in place (Fisher-Yates) by the stream `key`, and returns its argument. */
export function shuffle<T extends Uint32Array | number[]>(items: T, key: number): T {
  for (let last = items.length - 1; last > 0; last--) {
    const other = below(last + 1, key, last);
    const item = items[last]!;
    items[last] = items[other]!;
    items[other] = item;
  }
  return items;
}

/** Hash of bytes, 52 bits: among a million images, two different ones share theirs once in 10,000 sets. */
export function hashBytes(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const words = bytes.length >> 2;
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  const mix = (value: number) => {
    a = Math.imul(a ^ value, 0x01000193);
    a ^= a >>> 15;
    b = Math.imul(b ^ value, 0x85ebca6b);
    b ^= b >>> 13;
  };
  for (let i = 0; i < words; i++) mix(view.getUint32(4 * i, true));
  for (let i = words * 4; i < bytes.length; i++) mix(bytes[i]!);
  return (a >>> 0) * 2 ** 20 + (b >>> 12);
}
