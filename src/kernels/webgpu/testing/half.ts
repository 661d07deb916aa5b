/** Half floats as their bits, in 16-bit numbers. */

const f32 = new Float32Array(1);
const bits = new Uint32Array(f32.buffer);

/** Rounded to the nearest, to even where two are as near; infinite beyond the largest. */
function halfBits(value: number): number {
  f32[0] = value;
  const word = bits[0]!;
  const sign = (word >>> 16) & 0x8000;
  const size = Math.abs(value);
  if (Number.isNaN(size)) return 0x7e00;
  // A unit in the last place: 2^-24 below the smallest normal number.
  const unit = 2 ** (Math.max(Math.floor(Math.log2(size || 1e-30)), -14) - 10);
  const units = size / unit;
  const floor = Math.floor(units);
  const rest = units - floor;
  const rounded = (rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor) * unit;
  if (rounded > 65504) return sign | 0x7c00;
  if (rounded < 2 ** -14) return sign | (rounded * 2 ** 24);
  const exponent = Math.floor(Math.log2(rounded));
  return sign | ((exponent + 15) << 10) | (rounded / 2 ** (exponent - 10) - 1024);
}

function halfValue(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

export const toHalf = (values: ArrayLike<number>): Uint16Array =>
  Uint16Array.from(values, halfBits);

export const fromHalf = (halves: Uint16Array): Float32Array => Float32Array.from(halves, halfValue);

/** As what `Gpu.upload` takes: two in a word. */
export function words(halves: Uint16Array): Uint32Array {
  const padded = new Uint16Array(Math.ceil(halves.length / 2) * 2);
  padded.set(halves);
  return new Uint32Array(padded.buffer);
}
