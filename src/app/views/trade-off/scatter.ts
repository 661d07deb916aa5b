/** The trade-off on a plane: parameters on a logarithmic axis, accuracy on a linear one. */
import { wilson } from '../../../domain/accuracy.ts';
import type { TradeOffPoint, TradeOffRun } from './points.ts';

export interface Scatter {
  runs: readonly TradeOffRun[];
  target: number;
  x: readonly [number, number];
  y: readonly [number, number];
}

export const frame = { left: 50, right: 16, top: 16, bottom: 38 };

export function layScatter(runs: readonly TradeOffRun[], target: number): Scatter {
  const points = runs.flatMap((run) => run.points);
  const sizes = [...points.map(({ parameters }) => parameters), target];
  const accuracies = points.map(({ accuracy }) => accuracy);
  // Room for the bars of what is looked at: whole networks of the run on screen.
  const bars = runs
    .filter(({ current }) => current)
    .flatMap((run) => run.points)
    .flatMap((point) => (hasBar(point) ? [wilson(point)] : []));
  const low = [...accuracies, ...bars.map((bar) => bar.low)].reduce((a, b) => Math.min(a, b), 1);
  const high = [...accuracies, ...bars.map((bar) => bar.high)].reduce((a, b) => Math.max(a, b), 0);
  return {
    runs,
    target,
    x: [Math.max(1, Math.min(...sizes) / 1.25), Math.max(...sizes) * 1.25],
    y:
      points.length > 0
        ? [
            Math.max(0, Math.floor(low * 10 - 0.2) / 10),
            Math.min(1, Math.ceil(high * 10 + 0.2) / 10),
          ]
        : [0, 1],
  };
}

export function place({ x, y }: Scatter, width: number, height: number) {
  const across = width - frame.left - frame.right;
  const up = height - frame.top - frame.bottom;
  return {
    x: (parameters: number): number =>
      frame.left + (across * Math.log(parameters / x[0])) / Math.log(x[1] / x[0]),
    y: (accuracy: number): number =>
      height - frame.bottom - (up * (accuracy - y[0])) / Math.max(1e-9, y[1] - y[0]),
  };
}

/** The point nearest to a pointer, and its run. */
export function pointAt(
  scatter: Scatter,
  width: number,
  height: number,
  px: number,
  py: number,
): { run: TradeOffRun; point: TradeOffPoint } | null {
  const at = place(scatter, width, height);
  let best: { run: TradeOffRun; point: TradeOffPoint } | null = null;
  let nearest = 18;
  for (const run of scatter.runs) {
    for (const point of run.points) {
      const distance = Math.hypot(at.x(point.parameters) - px, at.y(point.accuracy) - py);
      if (distance < nearest) [best, nearest] = [{ run, point }, distance];
    }
  }
  return best;
}

/** Whether its images say how far it may be off. */
export const hasBar = ({ whole, images }: TradeOffPoint): boolean => whole && images > 0;
