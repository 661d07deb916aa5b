/**
 * The first page of a TIFF image, by geotiff: kept, and the one reader in npm that takes strips, tiles, planes, LZW,
 * deflate, PackBits and JPEG (`tiff` 7.1 reads no tiles of colour images, no planes, no PackBits; `utif` has not been kept).
 */
import type { DecodedImage } from './image.ts';

/** @param checkSize throws where the image is too large to be decoded */
export async function decodeTiff(
  bytes: Uint8Array,
  checkSize: (width: number, height: number) => void,
): Promise<DecodedImage> {
  const { fromArrayBuffer } = await import('geotiff');
  const file = await fromArrayBuffer(bytes.slice().buffer);
  const page = await file.getImage(0);
  const [width, height] = [page.getWidth(), page.getHeight()];
  checkSize(width, height);
  const directory = page.fileDirectory;
  const orientation = directory.hasTag('Orientation')
    ? Number(await directory.loadValue('Orientation'))
    : 1;
  const photometric = directory.getValue('PhotometricInterpretation') ?? 1;
  const count = page.getSamplesPerPixel();
  const bits = page.getBitsPerSample(0) as number;
  const isFloat = page.getSampleFormat(0) === 3;
  const samples = (await page.readRasters({ interleave: true })) as ArrayLike<number>;
  if (samples.length < width * height * count) throw new Error('it is cut off');
  const most = isFloat ? floatScale(samples) : 2 ** bits - 1;
  const level = (value: number) => Math.max(0, Math.min(255, Math.round((value * 255) / most)));
  const extra = directory.hasTag('ExtraSamples')
    ? (directory.getValue('ExtraSamples') as ArrayLike<number>)
    : [];
  const colours = { 0: 1, 1: 1, 2: 3, 3: 1, 5: 4 }[photometric];
  const data = new Uint8Array(width * height * 4).fill(255);
  if (colours === undefined || count < colours) {
    const rgb = (await page.readRGB({ interleave: true })) as ArrayLike<number>;
    for (let i = 0; i < width * height; i++)
      for (let channel = 0; channel < 3; channel++) data[i * 4 + channel] = rgb[i * 3 + channel]!;
    return turned({ width, height, data }, orientation);
  }
  const hasAlpha = count > colours && (extra[0] === 1 || extra[0] === 2);
  const palette =
    photometric === 3 ? ((await directory.loadValue('ColorMap')) as ArrayLike<number>) : null;
  for (let i = 0; i < width * height; i++) {
    const at = i * count;
    const alpha = hasAlpha ? level(samples[at + colours]!) : 255;
    for (let channel = 0; channel < 3; channel++) {
      let value: number;
      if (palette) value = palette[(channel * palette.length) / 3 + samples[at]!]! / 257;
      else if (photometric === 2) value = level(samples[at + channel]!);
      else if (photometric === 5)
        value = ((255 - level(samples[at + channel]!)) * (255 - level(samples[at + 3]!))) / 255;
      else value = photometric === 0 ? 255 - level(samples[at]!) : level(samples[at]!);
      // Colours of associated alpha (1) are multiplied by it already.
      if (extra[0] === 1 && hasAlpha && alpha > 0) value = Math.min(255, (value * 255) / alpha);
      data[i * 4 + channel] = Math.round(value);
    }
    data[i * 4 + 3] = alpha;
  }
  return turned({ width, height, data }, orientation);
}

/** Real numbers are levels from 0 to 1, or from 0 to 255. */
function floatScale(samples: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < samples.length; i++) most = Math.max(most, samples[i]!);
  return most <= 1 ? 1 : 255;
}

/** TIFF 6.0, Orientation: where row 0 and column 0 are. */
function turned(image: DecodedImage, orientation: number): DecodedImage {
  if (orientation < 2 || orientation > 8) return image;
  const { width, height, data } = image;
  const swaps = orientation >= 5;
  const [w, h] = swaps ? [height, width] : [width, height];
  const result = new Uint8Array(data.length);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      let [sx, sy] = swaps ? [y, x] : [x, y];
      if ([2, 3, 7, 8].includes(orientation)) sx = width - 1 - sx;
      if ([3, 4, 6, 7].includes(orientation)) sy = height - 1 - sy;
      const from = (sy * width + sx) * 4;
      result.set(data.subarray(from, from + 4), (y * w + x) * 4);
    }
  }
  return { width: w, height: h, data: result };
}
