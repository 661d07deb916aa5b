/** Images of bytes on one canvas, in a grid, each pixel as large as fits. */

export interface Grid {
  size: number;
  channels: number;
  /** NHWC bytes. */
  images: Uint8Array;
  columns: number;
  /** Screen pixels per side of an image, and between two. */
  cell: number;
  gap: number;
}

export function gridExtent(
  count: number,
  { columns, cell, gap }: Pick<Grid, 'columns' | 'cell' | 'gap'>,
): { width: number; height: number } {
  const rows = Math.ceil(count / columns);
  return { width: columns * (cell + gap) - gap, height: Math.max(0, rows * (cell + gap) - gap) };
}

/** Where image `index` lies, from the grid's corner. */
export const cellOrigin = (
  index: number,
  { columns, cell, gap }: Pick<Grid, 'columns' | 'cell' | 'gap'>,
): [x: number, y: number] => [
  (index % columns) * (cell + gap),
  Math.floor(index / columns) * (cell + gap),
];

export function drawGrid(canvas: HTMLCanvasElement, grid: Grid): void {
  const { size, channels, images, cell } = grid;
  const imageBytes = size * size * channels;
  const count = images.length / imageBytes;
  const { width, height } = gridExtent(count, grid);
  const ratio = devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d');
  if (!context) return;
  context.scale(ratio, ratio);
  const one = new OffscreenCanvas(size, size);
  const pixels = one.getContext('2d')!;
  const data = new ImageData(size, size);
  // Small images are shown as the pixels they are.
  context.imageSmoothingEnabled = cell < size;
  for (let image = 0; image < count; image++) {
    for (let pixel = 0; pixel < size * size; pixel++) {
      const at = image * imageBytes + pixel * channels;
      for (let c = 0; c < 3; c++) data.data[pixel * 4 + c] = images[at + (channels === 1 ? 0 : c)]!;
      data.data[pixel * 4 + 3] = 255;
    }
    pixels.putImageData(data, 0, 0);
    context.drawImage(one, ...cellOrigin(image, grid), cell, cell);
  }
}
