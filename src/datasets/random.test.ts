import fc from 'fast-check';
import { expect, it } from 'vitest';
import { below, hash, shuffle } from './random.ts';

const upTo = (length: number) => Array.from({ length }, (_, i) => i);

it('is a fixed function of its keys', () => {
  // Pinned: a change here would change the course of every stored search.
  expect([hash(1), hash(1, 2), hash(2, 1), hash(0xffffffff)]).toMatchInlineSnapshot(`
    [
      3219668276,
      381324524,
      2274007591,
      3652544131,
    ]
  `);
  expect(hash(1, 0)).not.toBe(hash(1));
});

it('draws evenly', () => {
  const counts = new Array<number>(7).fill(0);
  for (let i = 0; i < 70_000; i++) counts[below(7, hash(42), i)]!++;
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
});

it('shuffles into a permutation that depends on the key', () => {
  fc.assert(
    fc.property(fc.nat(50), fc.integer(), (length, key) => {
      const items = shuffle(Uint32Array.from(upTo(length)), key);
      expect([...items].sort((a, b) => a - b)).toEqual(upTo(length));
    }),
  );
  const once = shuffle(upTo(10), 1);
  expect(shuffle(upTo(10), 1)).toEqual(once);
  expect(shuffle(upTo(10), 2)).not.toEqual(once);
});

it('puts every item first equally often', () => {
  const first = new Array<number>(5).fill(0);
  for (let key = 0; key < 10_000; key++) first[shuffle(upTo(5), hash(key))[0]!]!++;
  for (const count of first) expect(Math.abs(count - 2000)).toBeLessThan(200);
});
