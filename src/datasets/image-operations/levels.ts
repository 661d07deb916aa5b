/** What maps bytes to bytes. */
import type { Pixels } from './pixels.ts';

function mapped(image: Pixels, level: (byte: number) => number): Pixels {
  return { ...image, data: image.data.map(level) };
}

export function invert(image: Pixels): Pixels {
  return mapped(image, (byte) => 255 - byte);
}

/** Inverts what is not darker than `threshold`. */
export function solarize(image: Pixels, threshold: number): Pixels {
  return mapped(image, (byte) => (byte < threshold ? byte : 255 - byte));
}

/** Keeps the highest `bits`, 1 to 8. */
export function posterize(image: Pixels, bits: number): Pixels {
  const kept = 256 - 2 ** (8 - bits);
  return mapped(image, (byte) => byte & kept);
}

/** Maps every channel by a table of its own, made from its histogram. */
function byChannel(image: Pixels, tableOf: (histogram: Uint32Array) => ArrayLike<number>): Pixels {
  const { channels, data } = image;
  const result = new Uint8Array(data.length);
  for (let c = 0; c < channels; c++) {
    const histogram = new Uint32Array(256);
    for (let i = c; i < data.length; i += channels) histogram[data[i]!]!++;
    const table = tableOf(histogram);
    for (let i = c; i < data.length; i += channels) result[i] = table[data[i]!]!;
  }
  return { ...image, data: result };
}

/** Stretches every channel to the whole range. */
export function autoContrast(image: Pixels): Pixels {
  return byChannel(image, (histogram) => {
    const darkest = histogram.findIndex((times) => times > 0);
    const brightest = histogram.findLastIndex((times) => times > 0);
    const scale = brightest > darkest ? 255 / (brightest - darkest) : 0;
    return Uint8Array.from({ length: 256 }, (_, byte) =>
      scale === 0 ? byte : Math.min(255, Math.max(0, Math.floor((byte - darkest) * scale))),
    );
  });
}

/** Makes every channel's histogram even; a channel of one or two values stays. */
export function equalize(image: Pixels): Pixels {
  return byChannel(image, (histogram) => {
    const last = histogram.findLast((times) => times > 0) ?? 0;
    const step = Math.floor((histogram.reduce((a, b) => a + b, 0) - last) / 255);
    if (step === 0) return Uint8Array.from({ length: 256 }, (_, byte) => byte);
    let sum = Math.floor(step / 2);
    return Array.from(histogram, (times) => {
      const level = Math.min(255, Math.floor(sum / step));
      sum += times;
      return level;
    });
  });
}
