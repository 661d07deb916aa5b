/** Where lines pass the columns between their ends. Pure. */
import type { BoxShape, StateShape } from './shapes.ts';

/** Between a line that passes a column and what stands there, and between two such lines. */
const clearance = 6;

interface Span {
  from: number;
  to: number;
}

/** For every box whose line passes columns: the height at which it passes them. */
export function lanesOf(
  states: readonly StateShape[],
  boxes: readonly BoxShape[],
): ReadonlyMap<BoxShape, number> {
  const lanes = new Map<BoxShape, number>();
  const firstNode = states.find(({ role }) => role === 'node')!.state;
  const taken: (Span & { first: number; last: number })[] = [];
  for (const box of boxes) {
    // Columns are numbered by the state that they lead to; inputs stand before the first.
    const first = Math.max(box.from + 1, firstNode);
    const last = box.to - 1;
    if (first > last) continue;
    const obstacles: Span[] = [
      ...boxes
        .filter(({ to }) => to >= first && to <= last)
        .map(({ y, height }) => ({ from: y, to: y + height })),
      ...states
        .filter(({ state }) => state >= first && state <= last)
        .map(({ y, height }) => ({ from: y - height / 2, to: y + height / 2 })),
      ...taken.filter((lane) => lane.first <= last && lane.last >= first),
    ];
    const lane = nearestFree(box.y + box.height / 2, obstacles);
    lanes.set(box, lane);
    taken.push({ from: lane, to: lane, first, last });
  }
  return lanes;
}

/** The height nearest to `wanted` that keeps clear of all obstacles. */
function nearestFree(wanted: number, obstacles: readonly Span[]): number {
  const isFree = (y: number): boolean =>
    obstacles.every(({ from, to }) => y <= from - clearance || y >= to + clearance);
  const choices = [
    wanted,
    ...obstacles.flatMap(({ from, to }) => [from - clearance, to + clearance]),
  ].filter(isFree);
  return choices.reduce((best, y) => (Math.abs(y - wanted) < Math.abs(best - wanted) ? y : best));
}
