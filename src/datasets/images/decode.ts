/**
 * Any image to pixels. PNG, JPEG and WebP go to the platform's decoder (the browser's own, or WebAssembly in the shell);
 * everything else is decoded here, the same everywhere. Of an animation the first frame counts.
 */
import type { DecodedImage } from './image.ts';
import { DatasetError } from '../dataset.ts';
import { gunzip, isGzip } from '../gzip.ts';
import { messageOf, type Limits } from '../files/source.ts';
import { decodeBmp } from './bmp.ts';
import { cmykKindOf, decodeCmyk } from './cmyk.ts';
import { decodeGif } from './gif.ts';
import { checkPixels, readImageHeader, type ImageFormat } from './header.ts';
import { decodePpm } from './ppm.ts';
import { decodeTiff } from './tiff.ts';
import { firstFrameOf } from './webp-frame.ts';

export type PlatformFormat = 'image/png' | 'image/jpeg' | 'image/webp';

/** The platform's decoder; rejects what it cannot decode. */
export type ImageDecoder = (bytes: Uint8Array, format: PlatformFormat) => Promise<DecodedImage>;

export interface Decoding {
  /** For messages. */
  name: string;
  limits: Pick<Limits, 'imagePixels'>;
  decode: ImageDecoder;
}

/** @throws DatasetError naming the image and what is wrong with it. */
export async function readImage(packed: Uint8Array, decoding: Decoding): Promise<DecodedImage> {
  const { name, limits } = decoding;
  // Some of ImageNet's JPEG files are gzipped.
  const bytes = isGzip(packed) ? await gunzip(packed, name) : packed;
  const { format } = readImageHeader(bytes, name, limits.imagePixels);
  try {
    const image = await decoders[format](bytes, decoding);
    if (image.data.length < image.width * image.height * 4)
      throw new Error('fewer pixels than its header declares');
    return image;
  } catch (error) {
    if (error instanceof DatasetError) throw error;
    throw new DatasetError(`${name}: the image could not be decoded (${messageOf(error)}).`);
  }
}

const decoders: Readonly<
  Record<
    ImageFormat,
    (bytes: Uint8Array, decoding: Decoding) => DecodedImage | Promise<DecodedImage>
  >
> = {
  'image/png': (bytes, { decode }) => decode(bytes, 'image/png'),
  'image/jpeg': (bytes, { decode, name, limits }) => {
    const kind = cmykKindOf(bytes);
    return kind ? decodeCmyk(bytes, kind, name, limits.imagePixels) : decode(bytes, 'image/jpeg');
  },
  'image/webp': async (bytes, { decode }) => {
    const frame = firstFrameOf(bytes);
    return frame
      ? frame.place(await decode(frame.still, 'image/webp'))
      : decode(bytes, 'image/webp');
  },
  'image/gif': decodeGif,
  'image/bmp': decodeBmp,
  'image/tiff': (bytes, { name, limits }) =>
    decodeTiff(bytes, (width, height) => checkPixels(width, height, name, limits.imagePixels)),
  'image/x-portable-anymap': decodePpm,
};
