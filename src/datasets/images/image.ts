/** Pixels of a decoded image: RGBA, not premultiplied, oriented as it is to be looked at. */
export interface DecodedImage {
  width: number;
  height: number;
  data: Uint8Array | Uint8ClampedArray;
}
