/** Round axis ticks. */

/** About `wanted` multiples of 1, 2 or 5 times a power of ten inside [low, high]. */
export function ticks(low: number, high: number, wanted: number): number[] {
  if (!(high > low) || wanted < 1) return [low];
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10]
    .map((factor) => factor * power)
    .find((candidate) => candidate >= rough * 0.999)!;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  // Multiplied, not added up, so that 0.3 stays 0.3; rounded, so that it is written so.
  return Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

/** The smallest round number at or above: where an axis ends. */
export function roundUp(value: number, wanted = 4): number {
  if (!(value > 0)) return 1;
  const [first = 0, second = value] = ticks(0, value, wanted);
  const step = second - first;
  return Number((Math.ceil(value / step - 1e-9) * step).toPrecision(12));
}
