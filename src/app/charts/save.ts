/** A line chart as a file: its numbers as CSV, the drawing as PNG or SVG, with title and legend. */
import { palette } from './palette.ts';
import { font } from './canvas.ts';
import { csvText } from './csv.ts';
import { drawPlot } from './draw-plot.ts';
import { frameOf } from './plot.ts';
import type { PlotData, PlotStyle } from './plot.ts';

export const saveKinds = ['csv', 'png', 'svg'] as const;
export type SaveKind = (typeof saveKinds)[number];

export interface PlotFile {
  title: string;
  data: PlotData;
  /** Name of the first column. */
  xUnit: string;
  style: Pick<PlotStyle, 'formatX' | 'formatY'>;
}

/** Pixels of the drawing; a PNG has twice as many each way. */
const size = { width: 960, height: 480 };
const head = 44;

/** One row for each x that any line has; a cell is empty where a line has no point there. Full precision. */
export function plotCsv({ data, xUnit }: Pick<PlotFile, 'data' | 'xUnit'>): string {
  const columns = data.lines.map(({ points }) => new Map(points.map(({ x, y }) => [x, y])));
  const steps = [...new Set(columns.flatMap((column) => [...column.keys()]))].sort((a, b) => a - b);
  const rows = steps.map((x) => [x, ...columns.map((column) => column.get(x) ?? '')]);
  return csvText([[xUnit, ...data.lines.map(({ label }) => label)], ...rows]);
}

type Drawing = CanvasRenderingContext2D;

function draw(context: Drawing, { title, data, style }: PlotFile): void {
  const colors = palette();
  context.fillStyle = colors.panel;
  context.fillRect(0, 0, size.width, size.height + head);
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  context.fillStyle = colors.text;
  context.font = `600 ${font.replace('11px', '15px')}`;
  context.fillText(title, 14, 16);
  context.font = font.replace('11px', '12px');
  let x = 14;
  for (const { label, color, dash, light } of data.lines) {
    context.strokeStyle = colors[color];
    context.lineWidth = light ? 1.5 : 2.5;
    context.setLineDash([...(dash ?? [])]);
    context.beginPath();
    context.moveTo(x, 35);
    context.lineTo(x + 20, 35);
    context.stroke();
    context.fillStyle = colors.text;
    context.fillText(label, x + 26, 35);
    x += 46 + context.measureText(label).width;
  }
  context.setLineDash([]);
  context.save();
  context.translate(0, head);
  drawPlot(
    context,
    frameOf(size.width, size.height),
    data,
    { palette: colors, font, ...style },
    null,
  );
  context.restore();
}

async function plotPng(file: PlotFile): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = 2 * size.width;
  canvas.height = 2 * (size.height + head);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser provides no 2D canvas.');
  await document.fonts.ready;
  context.scale(2, 2);
  draw(context, file);
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('The browser returned no PNG.'))),
      'image/png',
    ),
  );
}

async function plotSvg(file: PlotFile): Promise<Blob> {
  const { Context } = await import('svgcanvas/dist/svgcanvas.esm.js');
  const context = new Context(size.width, size.height + head);
  draw(context as unknown as Drawing, file);
  return new Blob([context.getSerializedSvg(true)], { type: 'image/svg+xml' });
}

export function plotFile(kind: SaveKind, file: PlotFile): Promise<Blob> {
  switch (kind) {
    case 'csv':
      return Promise.resolve(new Blob([plotCsv(file)], { type: 'text/csv' }));
    case 'png':
      return plotPng(file);
    case 'svg':
      return plotSvg(file);
  }
}
