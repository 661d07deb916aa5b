/** Small helpers over arrays. */

/** Values of all parts, one after another. */
export const joined = (parts: readonly ArrayLike<number>[]): Float32Array =>
  Float32Array.from(parts.flatMap((part) => Array.from(part)));

/** a + b. */
export const added = (a: Float32Array, b: Float32Array): Float32Array =>
  Float32Array.from(a, (value, i) => value + b[i]!);
