/** Draws the trade-off on a canvas. */
import { wilson } from '../../../domain/accuracy.ts';
import { fade } from '../../charts/palette.ts';
import type { Palette } from '../../charts/palette.ts';
import { ticks } from '../../charts/ticks.ts';
import { compact, percent } from '../../format.ts';
import { frame, hasBar, place } from './scatter.ts';
import type { Scatter } from './scatter.ts';
import { frontBeyondNoise } from './points.ts';
import type { TradeOffPoint, TradeOffRun } from './points.ts';

export function drawScatter(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  scatter: Scatter,
  palette: Palette,
  font: string,
  hovered: TradeOffPoint | null,
): void {
  const at = place(scatter, width, height);
  context.clearRect(0, 0, width, height);
  context.font = font;
  drawAxes(context, width, height, scatter, palette, at);
  drawTarget(context, width, height, scatter, palette, at);
  for (const run of scatter.runs.filter(({ current }) => !current))
    drawRun(context, run, palette, at);
  drawFront(context, scatter, palette, at, width - frame.right);
  for (const run of scatter.runs.filter(({ current }) => current))
    drawRun(context, run, palette, at);
  if (hovered) {
    context.strokeStyle = palette.text;
    context.lineWidth = 1.5;
    circle(context, at.x(hovered.parameters), at.y(hovered.accuracy), 9);
    context.stroke();
  }
}

type At = ReturnType<typeof place>;

function drawAxes(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  { x, y }: Scatter,
  palette: Palette,
  at: At,
): void {
  context.lineWidth = 1;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  for (const tick of ticks(y[0], y[1], Math.max(2, Math.floor(height / 70)))) {
    const line = Math.round(at.y(tick)) + 0.5;
    context.strokeStyle = palette.line;
    stroke(context, [frame.left, line], [width - frame.right, line]);
    context.fillStyle = palette.muted;
    context.fillText(percent(tick), frame.left - 8, line);
  }
  context.textBaseline = 'alphabetic';
  context.textAlign = 'center';
  let last = -Infinity;
  for (const tick of logTicks(...x)) {
    const line = Math.round(at.x(tick)) + 0.5;
    if (line - last < 46) continue;
    last = line;
    context.strokeStyle = palette.line;
    stroke(context, [line, frame.top], [line, height - frame.bottom]);
    context.fillStyle = palette.muted;
    context.fillText(compact(tick), line, height - frame.bottom + 15);
  }
  context.textAlign = 'right';
  context.fillText('active parameters, logarithmic', width - frame.right, height - 5);
}

function logTicks(low: number, high: number): number[] {
  const all: number[] = [];
  for (let power = 10 ** Math.floor(Math.log10(low)); power <= high; power *= 10) {
    for (const factor of [1, 2, 3, 5])
      if (factor * power >= low && factor * power <= high) all.push(factor * power);
  }
  return all;
}

function drawTarget(
  context: CanvasRenderingContext2D,
  _width: number,
  height: number,
  { target }: Scatter,
  palette: Palette,
  at: At,
): void {
  const line = Math.round(at.x(target)) + 0.5;
  context.fillStyle = fade(palette.weight, 0.07);
  context.fillRect(frame.left, frame.top, line - frame.left, height - frame.top - frame.bottom);
  context.strokeStyle = palette.text;
  context.setLineDash([2, 3]);
  stroke(context, [line, frame.top], [line, height - frame.bottom]);
  context.setLineDash([]);
  context.fillStyle = palette.text;
  context.textAlign = line < frame.left + 110 ? 'left' : 'right';
  context.fillText(
    `target ${compact(target)}`,
    line + (line < frame.left + 110 ? 5 : -5),
    frame.top + 11,
  );
}

/** A staircase: at each size, the best accuracy that so few parameters have reached. */
function drawFront(
  context: CanvasRenderingContext2D,
  { runs }: Scatter,
  palette: Palette,
  at: At,
  end: number,
): void {
  const all = frontBeyondNoise(runs.flatMap((run) => run.points));
  if (all.length === 0) return;
  context.strokeStyle = palette.regrown;
  context.lineWidth = 1.25;
  context.setLineDash([3, 3]);
  stairs(
    context,
    at,
    end,
    all.map(({ point }) => point),
  );
  context.setLineDash([]);
  context.lineWidth = 2;
  stairs(
    context,
    at,
    end,
    all.filter(({ certain }) => certain).map(({ point }) => point),
  );
}

function stairs(
  context: CanvasRenderingContext2D,
  at: At,
  end: number,
  front: readonly TradeOffPoint[],
): void {
  context.beginPath();
  front.forEach(({ parameters, accuracy }, i) => {
    if (i === 0) context.moveTo(at.x(parameters), at.y(accuracy));
    else {
      context.lineTo(at.x(parameters), at.y(front[i - 1]!.accuracy));
      context.lineTo(at.x(parameters), at.y(accuracy));
    }
  });
  const last = front.at(-1);
  if (last) context.lineTo(end, at.y(last.accuracy));
  context.stroke();
}

function drawRun(
  context: CanvasRenderingContext2D,
  { points, current, beside = false }: TradeOffRun,
  palette: Palette,
  at: At,
): void {
  context.strokeStyle = current ? palette.faint : beside ? palette.filter : palette.line;
  context.lineWidth = 1;
  context.beginPath();
  points.forEach(({ parameters, accuracy, stage }, i) => {
    // A stage adds cells: its first network does not follow from the last one of the stage before.
    if (points[i - 1]?.stage !== stage) context.moveTo(at.x(parameters), at.y(accuracy));
    else context.lineTo(at.x(parameters), at.y(accuracy));
  });
  context.stroke();
  if (current) drawBars(context, points, palette, at);
  const color = current ? palette.text : beside ? palette.filter : palette.faint;
  points.forEach(({ parameters, accuracy, whole }, i) => {
    const newest = current && i === points.length - 1;
    // Another form too: a fork and its parent have their first points in common.
    const mark = beside ? square : circle;
    mark(context, at.x(parameters), at.y(accuracy), newest ? 6 : whole ? 4 : 3);
    context.fillStyle = whole ? color : palette.panel;
    context.fill();
    context.strokeStyle = color;
    context.lineWidth = whole ? 1 : 1.25;
    context.stroke();
  });
}

/** 95 % intervals, as far as the images of each measurement can tell. */
function drawBars(
  context: CanvasRenderingContext2D,
  points: readonly TradeOffPoint[],
  palette: Palette,
  at: At,
): void {
  context.strokeStyle = fade(palette.text, 0.3);
  context.lineWidth = 1;
  for (const point of points.filter(hasBar)) {
    const { low, high } = wilson(point);
    const x = Math.round(at.x(point.parameters)) + 0.5;
    stroke(context, [x, at.y(low)], [x, at.y(high)]);
  }
}

function circle(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
}

function square(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.beginPath();
  context.rect(x - radius, y - radius, 2 * radius, 2 * radius);
}

function stroke(
  context: CanvasRenderingContext2D,
  from: readonly [number, number],
  to: readonly [number, number],
): void {
  context.beginPath();
  context.moveTo(...from);
  context.lineTo(...to);
  context.stroke();
}
