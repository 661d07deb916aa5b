/** The browser's own decoder, to pixels as they are in the file: no colour profile applied. */
import type { ImageDecoder } from '../src/datasets/images/decode.ts';

/** Canvases not in use; as many as images are decoded at once. */
const idle: OffscreenCanvasRenderingContext2D[] = [];

export const decodeImage: ImageDecoder = async (bytes, format) => {
  const bitmap = await createImageBitmap(
    new Blob([bytes as Uint8Array<ArrayBuffer>], { type: format }),
    { colorSpaceConversion: 'none' },
  );
  const { width, height } = bitmap;
  const context =
    idle.pop() ??
    new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
  try {
    const { canvas } = context;
    if (canvas.width === width && canvas.height === height) context.clearRect(0, 0, width, height);
    else [canvas.width, canvas.height] = [width, height];
    context.drawImage(bitmap, 0, 0);
    return { width, height, data: context.getImageData(0, 0, width, height).data };
  } finally {
    bitmap.close();
    idle.push(context);
  }
};
