/** A line chart as data, and where its points lie. */
import type { ColorName, Palette } from './palette.ts';

export interface PlotPoint {
  x: number;
  y: number;
  /** Interval of what was measured, drawn as an error bar where the line has dots. */
  low?: number;
  high?: number;
  /** Its value in words, in place of the plot's format. */
  text?: string;
}

export interface PlotLine {
  label: string;
  color: ColorName;
  dash?: readonly number[];
  /** `dots`: points only, of what is measured now and then; joined by a thin line. `step`: holds until the next. */
  style: 'line' | 'dots' | 'step';
  /** A backdrop to another line of the same quantity. */
  light?: boolean;
  points: readonly PlotPoint[];
}

/** A stretch of the x axis, shaded in turn. */
export interface PlotBand {
  from: number;
  to: number;
  label: string;
}

export interface PlotData {
  lines: readonly PlotLine[];
  bands: readonly PlotBand[];
  xMax: number;
  yMin: number;
  yMax: number;
  /** Ticks are round multiples of it; default 1. */
  yUnit?: number;
  /** Horizontal line to be under or over. */
  reference?: { y: number; label: string };
}

export interface PlotFrame {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface PlotStyle {
  palette: Palette;
  font: string;
  formatX: (x: number) => string;
  formatY: (y: number) => string;
}

export function frameOf(width: number, height: number): PlotFrame {
  return { width, height, left: 58, right: 10, top: 18, bottom: 20 };
}

export function scaleX(frame: PlotFrame, data: PlotData): (x: number) => number {
  const span = frame.width - frame.left - frame.right;
  return (x) => frame.left + (x / Math.max(data.xMax, 1e-9)) * span;
}

export function scaleY(frame: PlotFrame, data: PlotData): (y: number) => number {
  const span = frame.height - frame.top - frame.bottom;
  return (y) => frame.top + (1 - (y - data.yMin) / Math.max(data.yMax - data.yMin, 1e-9)) * span;
}

/** The point nearest to `x`; of a step line, the one that holds there. */
export function pointAt({ points, style }: PlotLine, x: number): PlotPoint | null {
  let low = 0;
  let high = points.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (points[middle]!.x <= x) low = middle;
    else high = middle - 1;
  }
  const [point, next] = points.slice(low, low + 2);
  if (!point) return null;
  return style !== 'step' && next && next.x - x < x - point.x ? next : point;
}
