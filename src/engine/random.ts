/**
 * Seeded randomness without hidden state: a counter-based generator (PCG output hash over a keyed counter). A stream is
 * named by its keys, so a draw depends on what is drawn and not on what was drawn before it.
 */

/** 32-bit mix of Prospector's low-bias hash (two rounds of xorshift-multiply). */
export function hash32(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}

/** FNV-1a of a string: turns a name into a key. */
export function hashString(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

export interface RandomStream {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Standard normal (Box-Muller, one of the pair). */
  normal(): number;
  /** Integer in [0, n). */
  integer(n: number): number;
}

/** A stream named by `keys`; the same keys give the same numbers. */
export function randomStream(...keys: readonly (number | string)[]): RandomStream {
  let key = 0x9e3779b9;
  for (const k of keys)
    key = hash32((key + (typeof k === 'string' ? hashString(k) : hash32(k >>> 0))) >>> 0);
  let counter = 0;
  const uniform = (): number => hash32((key + Math.imul(++counter, 0x9e3779b9)) >>> 0) / 4294967296;
  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    integer: (n) => Math.floor(uniform() * n),
  };
}
