/** How far an array is from its reference. */
import type { NdArray } from './reference.ts';

/** One comparison of a file. */
export interface Check {
  readonly name: string;
  /** Relative L2 error; Infinity where sizes differ or a value is not finite. */
  readonly error: number;
  readonly tolerance: number;
  /** Printed even where it passes: a slip of the program, an error of another scale. */
  readonly remark?: boolean;
}

/** ||actual - expected|| / ||expected||; the plain norm of the difference where the reference is zero. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < expected.length; i++) {
    difference += (actual[i]! - expected[i]!) ** 2;
    norm += expected[i]! ** 2;
  }
  const error = Math.sqrt(difference) / (norm > 0 ? Math.sqrt(norm) : 1);
  return Number.isFinite(error) ? error : Infinity;
}

export function checkArray(
  name: string,
  actual: NdArray,
  expected: NdArray,
  tolerance: number,
): Check {
  return { name, error: relativeError(actual.data, expected.data), tolerance };
}

/** A mask may differ only where importance and threshold are this close (float32 rounds them differently). */
const undecided = 1e-6;

/**
 * Counts differences as errors except where the decision hangs on rounding.
 * @param margin importance - threshold of each element.
 * @returns share of wrong elements, to be compared with a tolerance of 0.
 */
export function checkMask(
  name: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  margin: ArrayLike<number>,
): Check {
  if (actual.length !== expected.length) return { name, error: Infinity, tolerance: 0 };
  let wrong = 0;
  for (let i = 0; i < expected.length; i++) {
    if (actual[i] !== expected[i] && !(Math.abs(margin[i]!) < undecided)) wrong++;
  }
  return { name, error: wrong / Math.max(expected.length, 1), tolerance: 0 };
}

export function passes({ error, tolerance }: Check): boolean {
  return error <= tolerance;
}

/** The check nearest to failing, or failing worst. */
export function worst(checks: readonly Check[]): Check {
  const strain = ({ error, tolerance }: Check): number =>
    tolerance > 0 ? error / tolerance : error > 0 ? Infinity : 0;
  return checks.reduce((a, b) => (strain(b) > strain(a) ? b : a));
}

/** Numbers that must be the same: 0 = they are, 1 = not. */
export function checkEqual(name: string, actual: unknown, expected: unknown): Check {
  const same = JSON.stringify(actual) === JSON.stringify(expected);
  const shown = (value: unknown): string => JSON.stringify(value).slice(0, 60);
  const told = same ? name : `${name}: ${shown(actual)} instead of ${shown(expected)}`;
  return { name: told, error: same ? 0 : 1, tolerance: 0 };
}
