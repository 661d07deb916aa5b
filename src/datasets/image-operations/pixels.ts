/** A square image of bytes: size x size x channels. */
export interface Pixels {
  readonly size: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

export const clampByte = (value: number): number => Math.min(255, Math.max(0, Math.round(value)));

/** Brightness of every pixel, as ITU-R 601 weighs red, green and blue; the mean of other channels. */
export function luma({ data, channels }: Pixels): Float32Array {
  const weights =
    channels === 3 ? [0.299, 0.587, 0.114] : new Array<number>(channels).fill(1 / channels);
  return Float32Array.from({ length: data.length / channels }, (_, pixel) =>
    weights.reduce((sum, weight, c) => sum + weight * data[pixel * channels + c]!, 0),
  );
}
