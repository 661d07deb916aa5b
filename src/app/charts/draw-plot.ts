/** Draws a line chart on a canvas: a thousand points a curve cost under a millisecond. */
import { fade } from './palette.ts';
import type { Palette } from './palette.ts';
import { scaleX, scaleY, pointAt } from './plot.ts';
import type { PlotData, PlotFrame, PlotLine, PlotPoint, PlotStyle } from './plot.ts';
import { ticks } from './ticks.ts';

export function drawPlot(
  context: CanvasRenderingContext2D,
  frame: PlotFrame,
  data: PlotData,
  style: PlotStyle,
  hoverX: number | null,
): void {
  const x = scaleX(frame, data);
  const y = scaleY(frame, data);
  context.clearRect(0, 0, frame.width, frame.height);
  context.font = style.font;
  drawBands(context, frame, data, style, x);
  drawAxes(context, frame, data, style, x, y);
  context.save();
  context.beginPath();
  context.rect(
    frame.left - 1,
    frame.top - 4,
    frame.width - frame.left - frame.right + 5,
    frame.height - frame.top - frame.bottom + 8,
  );
  context.clip();
  for (const line of data.lines) drawLine(context, line, style.palette, x, y);
  if (data.reference) drawReference(context, frame, data.reference, style, y);
  context.restore();
  if (hoverX !== null) drawCrosshair(context, frame, data, style, hoverX, x, y);
}

type Scale = (value: number) => number;

function drawBands(
  context: CanvasRenderingContext2D,
  frame: PlotFrame,
  { bands }: PlotData,
  { palette }: PlotStyle,
  x: Scale,
): void {
  context.textBaseline = 'top';
  context.textAlign = 'left';
  bands.forEach((band, i) => {
    const [from, to] = [x(band.from), x(band.to)];
    if (i % 2 === 0) {
      context.fillStyle = palette.band;
      context.fillRect(from, frame.top - 4, to - from, frame.height - frame.top - frame.bottom + 4);
    }
    context.fillStyle = palette.muted;
    if (context.measureText(band.label).width + 6 < to - from)
      context.fillText(band.label, from + 4, 1);
  });
}

function drawAxes(
  context: CanvasRenderingContext2D,
  frame: PlotFrame,
  data: PlotData,
  style: PlotStyle,
  x: Scale,
  y: Scale,
): void {
  const { palette } = style;
  context.lineWidth = 1;
  context.fillStyle = palette.muted;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  const { yUnit = 1 } = data;
  const yTicks = ticks(
    data.yMin / yUnit,
    data.yMax / yUnit,
    Math.max(2, Math.floor((frame.height - frame.top - frame.bottom) / 36)),
  ).map((tick) => tick * yUnit);
  for (const tick of yTicks) {
    const at = Math.round(y(tick)) + 0.5;
    context.strokeStyle = tick === data.yMin ? palette.faint : palette.line;
    context.beginPath();
    context.moveTo(frame.left, at);
    context.lineTo(frame.width - frame.right, at);
    context.stroke();
    context.fillText(style.formatY(tick), frame.left - 6, at);
  }
  context.textBaseline = 'alphabetic';
  const last = frame.height - 5;
  for (const tick of ticks(
    0,
    data.xMax,
    Math.max(2, Math.floor((frame.width - frame.left) / 90)),
  )) {
    const at = x(tick);
    context.textAlign = at > frame.width - frame.right - 14 ? 'right' : 'center';
    context.fillText(
      style.formatX(tick),
      at > frame.width - frame.right - 14 ? frame.width - frame.right : at,
      last,
    );
  }
}

function drawLine(
  context: CanvasRenderingContext2D,
  line: PlotLine,
  palette: Palette,
  x: Scale,
  y: Scale,
): void {
  const { points } = line;
  if (points.length === 0) return;
  const color = palette[line.color];
  const visible = line.light || line.style === 'dots' ? fade(color, 0.45) : color;
  context.strokeStyle = visible;
  context.lineWidth = line.light || line.style === 'dots' ? 1.25 : 2;
  context.lineJoin = 'round';
  context.setLineDash(line.dash ? [...line.dash] : []);
  context.beginPath();
  points.forEach((point, i) => {
    if (i === 0) context.moveTo(x(point.x), y(point.y));
    else {
      if (line.style === 'step') context.lineTo(x(point.x), y(points[i - 1]!.y));
      context.lineTo(x(point.x), y(point.y));
    }
  });
  context.stroke();
  context.setLineDash([]);
  context.fillStyle = color;
  // A single report is a point: a line of no length would not be seen.
  const dots = line.style === 'dots' ? points : points.length === 1 ? points : [];
  for (const point of dots) dot(context, x(point.x), y(point.y), 3);
  drawErrorBars(context, dots, color, x, y);
}

function drawErrorBars(
  context: CanvasRenderingContext2D,
  points: readonly PlotPoint[],
  color: string,
  x: Scale,
  y: Scale,
): void {
  context.strokeStyle = fade(color, 0.35);
  context.lineWidth = 1;
  context.beginPath();
  for (const { x: at, low, high } of points) {
    if (low === undefined || high === undefined) continue;
    const left = Math.round(x(at)) + 0.5;
    context.moveTo(left, y(low));
    context.lineTo(left, y(high));
  }
  context.stroke();
}

function drawReference(
  context: CanvasRenderingContext2D,
  frame: PlotFrame,
  { y: value, label }: { y: number; label: string },
  { palette }: PlotStyle,
  y: Scale,
): void {
  const at = Math.round(y(value)) + 0.5;
  context.strokeStyle = palette.text;
  context.setLineDash([1, 3]);
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(frame.left, at);
  context.lineTo(frame.width - frame.right, at);
  context.stroke();
  context.setLineDash([]);
  context.fillStyle = palette.text;
  context.textAlign = 'right';
  context.textBaseline = 'bottom';
  context.fillText(label, frame.width - frame.right - 2, at - 2);
}

function drawCrosshair(
  context: CanvasRenderingContext2D,
  frame: PlotFrame,
  data: PlotData,
  { palette }: PlotStyle,
  hoverX: number,
  x: Scale,
  y: Scale,
): void {
  const at = Math.round(x(hoverX)) + 0.5;
  context.strokeStyle = palette.faint;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(at, frame.top - 4);
  context.lineTo(at, frame.height - frame.bottom);
  context.stroke();
  for (const line of data.lines) {
    const point = pointAt(line, hoverX);
    if (!point) continue;
    context.fillStyle = palette[line.color];
    context.strokeStyle = palette.panel;
    context.lineWidth = 2;
    dot(context, x(point.x), y(point.y), 4);
    context.stroke();
  }
}

function dot(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}
