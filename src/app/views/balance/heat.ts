/** Remaining ratios of one level, cells by time, as a heat map. */
import { fade } from '../../charts/palette.ts';
import type { Palette } from '../../charts/palette.ts';
import { ticks } from '../../charts/ticks.ts';
import { integer } from '../../format.ts';
import { cellName, groupsOf } from '../../store/state-name.ts';
import type { Granularity } from '../../../domain/granularities.ts';
import type { SpaceSettings } from '../../../domain/settings/schema.ts';
import type { Snapshot } from '../../store/run-state.ts';

export interface Heat {
  level: Granularity;
  snapshots: readonly Snapshot[];
  space: SpaceSettings;
  cells: number;
  xMax: number;
}

export const heatFrame = { left: 46, right: 6, top: 4, bottom: 18 };

export function drawHeat(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  { level, snapshots, space, cells, xMax }: Heat,
  palette: Palette,
  font: string,
): void {
  const plotWidth = width - heatFrame.left - heatFrame.right;
  const row = (height - heatFrame.top - heatFrame.bottom) / Math.max(1, cells);
  const x = (step: number): number => heatFrame.left + (step / Math.max(1, xMax)) * plotWidth;
  context.clearRect(0, 0, width, height);
  context.font = font;
  context.fillStyle = palette.band;
  context.fillRect(heatFrame.left, heatFrame.top, plotWidth, row * cells);
  snapshots.forEach((snapshot, i) => {
    // Each holds until the next; the last reaches the end of what has run.
    const from = Math.round(x(snapshot.step));
    const to = Math.round(x(snapshots[i + 1]?.step ?? xMax));
    for (const { cell, counts } of snapshot.cells) {
      const share = counts[level].left / Math.max(1, counts[level].total);
      const y = Math.round(heatFrame.top + cell * row);
      context.fillStyle = palette.panel;
      context.fillRect(from, y, Math.max(1, to - from), Math.ceil(row) - 1);
      context.fillStyle = fade(palette[level], 0.06 + 0.94 * share);
      context.fillRect(from, y, Math.max(1, to - from), Math.ceil(row) - 1);
    }
  });
  context.fillStyle = palette.muted;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  const every = Math.max(1, Math.ceil(14 / row));
  for (let cell = 0; cell < cells; cell += every)
    context.fillText(cellName(cell, space), heatFrame.left - 6, heatFrame.top + row * (cell + 0.5));
  // Layers that share their channels lie together.
  context.fillStyle = palette.text;
  for (const { cells: own } of groupsOf(space).slice(1))
    context.fillRect(
      6,
      Math.round(heatFrame.top + own[0]! * row) - 1,
      width - heatFrame.right - 6,
      1,
    );
  context.fillStyle = palette.muted;
  context.textBaseline = 'alphabetic';
  for (const tick of ticks(0, xMax, Math.max(2, Math.floor(width / 110)))) {
    context.textAlign = x(tick) > width - 24 ? 'right' : 'center';
    context.fillText(integer(tick), Math.min(x(tick), width - heatFrame.right), height - 4);
  }
}

/** What lies under a pointer. */
export function heatAt(
  { snapshots, cells, xMax }: Heat,
  width: number,
  height: number,
  px: number,
  py: number,
): { snapshot: Snapshot; cell: number } | null {
  const step = ((px - heatFrame.left) / (width - heatFrame.left - heatFrame.right)) * xMax;
  const cell = Math.floor(
    ((py - heatFrame.top) / (height - heatFrame.top - heatFrame.bottom)) * cells,
  );
  const snapshot = snapshots.findLast((one) => one.step <= step);
  return snapshot?.cells.some((one) => one.cell === cell) ? { snapshot, cell } : null;
}

/** What lies beside it, by an arrow key: the moment before or after, the cell above or below. Null for other keys. */
export function heatBeside(
  { snapshots }: Heat,
  from: { snapshot: Snapshot; cell: number } | null,
  key: string,
): { snapshot: Snapshot; cell: number } | null {
  const moves: Record<string, readonly [number, number]> = {
    ...{ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] },
  };
  const step = moves[key];
  const newest = snapshots.at(-1);
  if (!step || !newest) return null;
  if (!from) return { snapshot: newest, cell: newest.cells[0]?.cell ?? 0 };
  const [along, down] = step;
  const at = snapshots.indexOf(from.snapshot);
  const snapshot = snapshots[Math.min(snapshots.length - 1, Math.max(0, at + along))] ?? newest;
  const cell = Math.min(snapshot.cells.length - 1, Math.max(0, from.cell + down));
  return { snapshot, cell };
}
