/**
 * JPEG images of four inks. Neither browsers nor mozjpeg agree on them, so jpeg-js (0 dependencies) decodes them everywhere.
 * With Adobe's marker the values are stored inverted (Adobe technical note 5116), without it as they are.
 */
import { DatasetError } from '../dataset.ts';
import { latin1, viewOf } from '../files/bytes.ts';
import type { DecodedImage } from './image.ts';

export type CmykKind = 'adobe' | 'plain';

/** @returns null for an image of one or three components. */
export function cmykKindOf(bytes: Uint8Array): CmykKind | null {
  const view = viewOf(bytes);
  let adobe = false;
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === 0xee && latin1(bytes, at + 4, at + 9) === 'Adobe') adobe = true;
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
      return bytes[at + 9] === 4 ? (adobe ? 'adobe' : 'plain') : null;
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}

export async function decodeCmyk(
  bytes: Uint8Array,
  kind: CmykKind,
  name: string,
  pixelLimit: number,
): Promise<DecodedImage> {
  if (kind === 'plain')
    throw new DatasetError(
      `${name}: a JPEG image of four inks (CMYK) without Adobe's marker: it does not record whether its values are inverted. Convert it to RGB.`,
    );
  const { decode } = await import('jpeg-js');
  const { width, height, data } = decode(bytes, {
    useTArray: true,
    tolerantDecoding: false,
    maxResolutionInMP: pixelLimit / 1e6,
    maxMemoryUsageInMB: 1024,
  });
  return { width, height, data };
}
