/** Places the cells of a network in rows, in reading order. Pure. */
import type { CellLayout } from './layout.ts';

export interface PlacedCell<T> {
  cell: T;
  layout: CellLayout;
  x: number;
  y: number;
  width: number;
  height: number;
}

const gap = 34;
export const frame = { top: 38, side: 14, bottom: 12 };
/** Of a wide screen's panel: rows are broken so that the picture fills it best. */
const aspect = 2.2;

interface Sized<T> {
  cell: T;
  layout: CellLayout;
}

/** @param head space above for a title. */
export function arrangeCells<T>(
  cells: readonly Sized<T>[],
  head: number,
): { placed: PlacedCell<T>[]; width: number; height: number } {
  const all = cells.map((_, i) => inRows(cells, i + 1, head));
  const scale = ({ width, height }: { width: number; height: number }): number =>
    Math.min(aspect / width, 1 / height);
  return all.reduce(
    (best, one) => (scale(one) > scale(best) ? one : best),
    all[0] ?? { placed: [], width: 0, height: head },
  );
}

function inRows<T>(
  cells: readonly Sized<T>[],
  perRow: number,
  head: number,
): { placed: PlacedCell<T>[]; width: number; height: number } {
  const placed: PlacedCell<T>[] = [];
  let y = head;
  for (let first = 0; first < cells.length; first += perRow) {
    let x = 0;
    const row = cells.slice(first, first + perRow).map(({ cell, layout }) => {
      const at = {
        cell,
        layout,
        x,
        y,
        width: Math.max(210, layout.width) + 2 * frame.side,
        height: layout.height + frame.top + frame.bottom,
      };
      x += at.width + gap;
      return at;
    });
    placed.push(...row);
    y += Math.max(...row.map(({ height }) => height)) + gap;
  }
  return { placed, width: Math.max(0, ...placed.map((one) => one.x + one.width)), height: y - gap };
}
