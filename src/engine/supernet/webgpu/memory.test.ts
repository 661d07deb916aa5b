import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shareMemory } from './memory.ts';

it('never assigns the same memory to two tensors at a time, without growth', () => {
  const life = fc
    .record({ first: fc.nat(30), length: fc.nat(8), bytes: fc.integer({ min: 1, max: 1000 }) })
    .map(({ first, length, bytes }) => ({ first, last: first + length, bytes }));
  fc.assert(
    fc.property(fc.array(life, { maxLength: 30 }), (lives) => {
      const shared = shareMemory(lives);
      expect(shared.flatMap((one) => one.lives)).toHaveLength(lives.length);
      for (const { bytes, lives: own } of shared) {
        expect(bytes).toBe(Math.max(...own.map((one) => one.bytes)));
        own.forEach((a, i) =>
          own.slice(i + 1).forEach((b) => expect(a.last < b.first || b.last < a.first).toBe(true)),
        );
      }
    }),
  );
});

it('reuses memory for consecutive tensors', () => {
  const lives = [
    { first: 0, last: 1, bytes: 16 },
    { first: 2, last: 3, bytes: 64 },
    { first: 3, last: 4, bytes: 32 },
  ];
  expect(shareMemory(lives).map(({ bytes }) => bytes)).toEqual([64, 32]);
});
