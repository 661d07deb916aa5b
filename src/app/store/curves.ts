/**
 * Curves that never grow beyond a bound: when full, neighbours are merged in pairs, so a point stands for twice as many
 * steps. Means keep a loss's level and the first and last step keep its extent, whatever the length of the run.
 */

/** Means over `weight` reports that ended at `step`. */
export interface CurvePoint {
  step: number;
  time: number;
  crossEntropy: number;
  loss: number;
  accuracy: number;
  memoryBytes: number;
  lambda: number;
}

export interface Curves {
  readonly points: readonly CurvePoint[];
  /** Reports in a point. */
  readonly stride: number;
  /** What does not fill a point yet. */
  readonly open: readonly CurvePoint[];
}

export const maxPoints = 1_000;
export const emptyCurves: Curves = { points: [], stride: 1, open: [] };

export function appendPoint({ points, stride, open }: Curves, point: CurvePoint): Curves {
  const waiting = [...open, point];
  if (waiting.length < stride) return { points, stride, open: waiting };
  const longer = [...points, mean(waiting)];
  return longer.length < maxPoints
    ? { points: longer, stride, open: [] }
    : { ...thin(longer, stride), open: [] };
}

/** All points, with the newest reports as a last, lighter one. */
export function visiblePoints({ points, open }: Curves): readonly CurvePoint[] {
  return open.length > 0 ? [...points, mean(open)] : points;
}

function thin(
  points: readonly CurvePoint[],
  stride: number,
): { points: CurvePoint[]; stride: number } {
  const half = [];
  for (let i = 0; i < points.length; i += 2) half.push(mean(points.slice(i, i + 2)));
  return { points: half, stride: 2 * stride };
}

/** @param points at least one. */
function mean(points: readonly CurvePoint[]): CurvePoint {
  const last = points.at(-1)!;
  if (points.length === 1) return last;
  const of = (key: 'crossEntropy' | 'loss' | 'accuracy'): number =>
    points.reduce((sum, point) => sum + point[key], 0) / points.length;
  return {
    step: last.step,
    time: last.time,
    crossEntropy: of('crossEntropy'),
    loss: of('loss'),
    accuracy: of('accuracy'),
    lambda: last.lambda,
    // A peak would vanish in a mean.
    memoryBytes: Math.max(...points.map(({ memoryBytes }) => memoryBytes)),
  };
}
