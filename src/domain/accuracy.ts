/**
 * How far an accuracy can be trusted: it is a share of finitely many images. One place for the interval that stands
 * beside every accuracy, and for whether two accuracies differ by more than noise.
 */

export interface MeasuredAccuracy {
  /** Share of images classified correctly. */
  readonly accuracy: number;
  /** Images it was measured on. */
  readonly images: number;
}

/** Shares in [0, 1]. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Of the standard normal distribution: two-sided 95 %. */
const z = 1.959964;

/** Wilson's score interval, 95 % (E. B. Wilson, JASA 22, 1927): sound also near 0 and 1, and of few images. */
export function wilson({ accuracy, images }: MeasuredAccuracy): Interval {
  if (!(images > 0)) return { low: 0, high: 1 };
  const square = z ** 2;
  const center = (accuracy + square / (2 * images)) / (1 + square / images);
  const half =
    (z / (1 + square / images)) *
    Math.sqrt((accuracy * (1 - accuracy)) / images + square / (4 * images ** 2));
  return { low: Math.max(0, center - half), high: Math.min(1, center + half) };
}

/**
 * Whether `a` is above `b` by more than noise: the 95 % interval of their difference (Newcombe's hybrid score, Statistics
 * in Medicine 17, 1998, method 10) lies above 0. It takes the images of both as drawn apart; where they are the same
 * images, as in one run's validation set, it errs on the side of "not distinguishable".
 */
export function clearlyAbove(a: MeasuredAccuracy, b: MeasuredAccuracy): boolean {
  const difference = a.accuracy - b.accuracy;
  if (difference <= 0) return false;
  return difference > Math.hypot(a.accuracy - wilson(a).low, wilson(b).high - b.accuracy);
}

/** As many decimals of a percent as the images carry: a tenth says nothing where one image is worth a percent or more. */
export function accuracyText(accuracy: number, images?: number): string {
  return `${(100 * accuracy).toFixed(images !== undefined && images <= 100 ? 0 : 1)}%`;
}

/** "65-78%": whole percents where the interval is wider than two of them. */
export function intervalText(measured: MeasuredAccuracy): string {
  const { low, high } = wilson(measured);
  const digits = high - low < 0.02 ? 1 : 0;
  return `${(100 * low).toFixed(digits)}\u2013${(100 * high).toFixed(digits)}%`;
}

/** "71.7% (n = 180, 65-78%)"; without the parentheses where it is not known on how many images it was measured. */
export function measuredText(accuracy: number, images: number | null | undefined): string {
  if (!images) return accuracyText(accuracy);
  const n = images.toLocaleString('en-US');
  return `${accuracyText(accuracy, images)} (n = ${n}, ${intervalText({ accuracy, images })})`;
}
