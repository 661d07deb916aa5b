/** Drawn shapes and values for the tests of kernels. The same in every run. */
import fc from 'fast-check';

export interface Draw {
  /** [0, 1). */
  readonly uniform: () => number;
  /** n normal values. */
  readonly normals: (n: number) => Float32Array;
  /** A whole number below n. */
  readonly below: (n: number) => number;
  /** The list in another order. */
  readonly shuffled: <T>(list: readonly T[]) => T[];
}

/** Mulberry32. */
function drawFrom(seed: number): Draw {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return {
    uniform,
    normals: (n) => Float32Array.from({ length: n }, normal),
    below: (n) => Math.floor(uniform() * n),
    shuffled: (list) =>
      list
        .map((item) => ({ item, key: uniform() }))
        .sort((a, b) => a.key - b.key)
        .map(({ item }) => item),
  };
}

/** An image batch: odd sizes, a single pixel, channels that do not fill their last quad. */
export const planes = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  height: fc.integer({ min: 1, max: 13 }),
  width: fc.integer({ min: 1, max: 9 }),
  channels: fc.integer({ min: 1, max: 9 }),
});

/** Runs `check` for a few drawn shapes, and first for `always`. */
export async function forDrawn<T>(
  shapes: fc.Arbitrary<T>,
  check: (shape: T, draw: Draw) => Promise<void>,
  runs = 4,
  always: readonly T[] = [],
): Promise<void> {
  const property = fc.asyncProperty(shapes, fc.integer(), (shape, seed) =>
    check(shape, drawFrom(seed)),
  );
  // Not shrunk: a failure names its shape, and each trial costs a device's round trip.
  await fc.assert(property, {
    numRuns: runs + always.length,
    seed: 2310,
    endOnFailure: true,
    examples: always.map((shape, seed): [T, number] => [shape, seed]),
  });
}
