/** Numbers in JSON: little-endian 32-bit floats as base64, bit by bit what they were. */

export function encodeFloats(values: Float32Array): string {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, i) => view.setFloat32(i * 4, value, true));
  const bytes = new Uint8Array(view.buffer);
  let binary = '';
  for (let i = 0; i < bytes.length; i += 0x8000)
    binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(binary);
}

/** @throws RangeError when the text does not hold exactly `length` numbers. */
export function decodeFloats(text: string, length: number): Float32Array {
  const binary = atob(text);
  if (binary.length !== length * 4)
    throw new RangeError(`${binary.length} bytes of numbers; ${length} numbers need ${length * 4}`);
  const view = new DataView(new ArrayBuffer(binary.length));
  for (let i = 0; i < binary.length; i++) view.setUint8(i, binary.charCodeAt(i));
  return Float32Array.from({ length }, (_, i) => view.getFloat32(i * 4, true));
}
