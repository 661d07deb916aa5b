/** The log as marks on a plane, steps by cells, and drawing them. */
import { granularities } from '../../../domain/granularities.ts';
import type { Granularity } from '../../../domain/granularities.ts';
import { fade } from '../../charts/palette.ts';
import type { Palette } from '../../charts/palette.ts';
import type { PlotBand } from '../../charts/plot.ts';
import { ticks } from '../../charts/ticks.ts';
import { integer } from '../../format.ts';
import type { SpaceSettings } from '../../../domain/settings/schema.ts';
import { cellName, groupsOf } from '../../store/state-name.ts';
import type { LogEntry } from '../../store/log.ts';

/** What happened to one cell's units of one level at one step. */
export interface Mark {
  step: number;
  cell: number;
  granularity: Granularity;
  kind: 'pruned' | 're-pruned' | 'regrown';
  count: number;
}

export interface Timeline {
  marks: readonly Mark[];
  commits: readonly number[];
  bands: readonly PlotBand[];
  space: SpaceSettings;
  cells: number;
  xMax: number;
}

export function collectMarks(entries: readonly LogEntry[]): { marks: Mark[]; commits: number[] } {
  const marks = new Map<string, Mark>();
  const commits: number[] = [];
  for (const entry of entries) {
    if (entry.kind === 'committed') commits.push(entry.step);
    if (!('granularity' in entry)) continue;
    const { step, cell, granularity, kind } = entry;
    const key = `${step} ${cell} ${granularity} ${kind}`;
    const count = 'count' in entry ? entry.count : 1;
    const mark = marks.get(key);
    if (mark) mark.count += count;
    else marks.set(key, { step, cell, granularity, kind, count });
  }
  return { marks: [...marks.values()], commits };
}

const frame = { left: 56, right: 12, top: 20, bottom: 20 };

/** Areas grow with the logarithm: counts of weights and of operations are thousands apart. */
const radius = ({ count }: Mark): number => 2.5 + 1.1 * Math.log2(1 + count);

function position(
  { cells, xMax }: Timeline,
  width: number,
  height: number,
): (mark: Mark) => [number, number] {
  const lane = (height - frame.top - frame.bottom) / Math.max(1, cells);
  return ({ step, cell, granularity }) => [
    frame.left + (step / Math.max(1, xMax)) * (width - frame.left - frame.right),
    frame.top + lane * (cell + (granularities.indexOf(granularity) + 0.75) / 3.5),
  ];
}

export function drawTimeline(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  timeline: Timeline,
  palette: Palette,
  font: string,
  hovered: Mark | null,
): void {
  const { marks, commits, bands, space, cells, xMax } = timeline;
  const at = position(timeline, width, height);
  const x = (step: number): number =>
    frame.left + (step / Math.max(1, xMax)) * (width - frame.left - frame.right);
  const lane = (height - frame.top - frame.bottom) / Math.max(1, cells);
  context.clearRect(0, 0, width, height);
  context.font = font;
  context.textBaseline = 'top';
  bands.forEach((band, i) => {
    if (i % 2 === 0) {
      context.fillStyle = palette.band;
      context.fillRect(
        x(band.from),
        frame.top,
        x(band.to) - x(band.from),
        height - frame.top - frame.bottom,
      );
    }
    context.fillStyle = palette.muted;
    context.textAlign = 'left';
    if (context.measureText(band.label).width + 6 < x(band.to) - x(band.from))
      context.fillText(band.label, x(band.from) + 4, 3);
  });
  context.strokeStyle = palette.line;
  context.lineWidth = 1;
  for (const step of commits) vertical(context, x(step), frame.top, height - frame.bottom);
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  // Where a group of layers that share their channels begins.
  const firsts = new Set(
    groupsOf(space)
      .slice(1)
      .map(({ cells: own }) => own[0]),
  );
  for (let cell = 0; cell <= cells; cell++) {
    const y = Math.round(frame.top + lane * cell) + 0.5;
    context.strokeStyle = firsts.has(cell) ? palette.muted : palette.line;
    context.beginPath();
    context.moveTo(firsts.has(cell) ? 6 : frame.left, y);
    context.lineTo(width - frame.right, y);
    context.stroke();
    context.fillStyle = palette.muted;
    if (cell < cells) context.fillText(cellName(cell, space), frame.left - 8, y + lane / 2);
  }
  context.textBaseline = 'alphabetic';
  for (const tick of ticks(0, xMax, Math.max(2, Math.floor(width / 100)))) {
    context.textAlign = x(tick) > width - 30 ? 'right' : 'center';
    context.fillText(integer(tick), x(tick), height - 5);
  }
  for (const mark of marks) drawMark(context, ...at(mark), mark, palette);
  if (hovered) {
    const [cx, cy] = at(hovered);
    context.strokeStyle = palette.text;
    context.lineWidth = 1.5;
    context.beginPath();
    context.arc(cx, cy, radius(hovered) + 3, 0, 2 * Math.PI);
    context.stroke();
  }
}

function vertical(context: CanvasRenderingContext2D, x: number, from: number, to: number): void {
  context.beginPath();
  context.moveTo(Math.round(x) + 0.5, from);
  context.lineTo(Math.round(x) + 0.5, to);
  context.stroke();
}

/** Pruned: filled. Re-pruned: filled, with a rim. Regrown: a ring with a cross, in the colour of regrowth. */
function drawMark(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  mark: Mark,
  palette: Palette,
): void {
  const r = radius(mark);
  const color = mark.kind === 'regrown' ? palette.regrown : palette[mark.granularity];
  context.beginPath();
  context.arc(x, y, r, 0, 2 * Math.PI);
  if (mark.kind === 'regrown') {
    context.fillStyle = palette.panel;
    context.fill();
    context.strokeStyle = color;
    context.lineWidth = 2;
    context.stroke();
    context.beginPath();
    context.moveTo(x - r / 2, y);
    context.lineTo(x + r / 2, y);
    context.moveTo(x, y - r / 2);
    context.lineTo(x, y + r / 2);
    context.stroke();
    return;
  }
  context.fillStyle = fade(color, 0.75);
  context.fill();
  if (mark.kind === 're-pruned') {
    context.strokeStyle = palette.text;
    context.lineWidth = 1.25;
    context.stroke();
  }
}

/** The mark under a pointer, if any. */
export function markAt(
  timeline: Timeline,
  width: number,
  height: number,
  px: number,
  py: number,
): Mark | null {
  const at = position(timeline, width, height);
  let best: Mark | null = null;
  let nearest = Infinity;
  for (const mark of timeline.marks) {
    const [x, y] = at(mark);
    const distance = Math.hypot(px - x, py - y) - radius(mark);
    if (distance < Math.min(6, nearest)) {
      nearest = distance;
      best = mark;
    }
  }
  return best;
}

const lane = ({ cell, granularity }: Mark): number =>
  granularities.length * cell + granularities.indexOf(granularity);

/**
 * The mark next to another, by an arrow key: left and right to the step before or after, up and down to the lane above or
 * below; Home and End: the first and the last step. From none: the latest. Null for other keys and where there is none.
 */
export function markBeside({ marks }: Timeline, from: Mark | null, key: string): Mark | null {
  const nearest = (wanted: readonly Mark[], far: (mark: Mark) => readonly [number, number]) =>
    wanted.reduce<Mark | null>((best, mark) => {
      if (!best) return mark;
      const [a, b] = [far(mark), far(best)];
      return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]) ? mark : best;
    }, null);
  if (!['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End'].includes(key))
    return null;
  if (!from || key === 'End') return nearest(marks, (mark) => [-mark.step, lane(mark)]);
  if (key === 'Home') return nearest(marks, (mark) => [mark.step, lane(mark)]);
  const sign = key === 'ArrowLeft' || key === 'ArrowUp' ? -1 : 1;
  const steps = (mark: Mark): number => mark.step - from.step;
  const lanes = (mark: Mark): number => lane(mark) - lane(from);
  const [along, across] =
    key === 'ArrowLeft' || key === 'ArrowRight' ? [steps, lanes] : [lanes, steps];
  return nearest(
    marks.filter((mark) => sign * along(mark) > 0),
    (mark) => [Math.abs(along(mark)), Math.abs(across(mark))],
  );
}
