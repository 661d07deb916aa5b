/** Masks as base64 of a bitmap: one bit an element, least significant bit first, padded with zeros to a whole byte. */

export function encodeBitmap(mask: Uint8Array): string {
  const bytes = new Uint8Array(Math.ceil(mask.length / 8));
  mask.forEach((alive, i) => {
    if (alive) bytes[i >> 3]! |= 1 << (i & 7);
  });
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/**
 * @param length elements of the mask.
 * @throws RangeError when the bitmap is of another length.
 */
export function decodeBitmap(text: string, length: number): Uint8Array {
  const binary = atob(text);
  if (binary.length !== Math.ceil(length / 8)) {
    throw new RangeError(
      `a bitmap of ${binary.length} bytes; ${length} elements need ${Math.ceil(length / 8)}`,
    );
  }
  return Uint8Array.from({ length }, (_, i) => (binary.charCodeAt(i >> 3) >> (i & 7)) & 1);
}
