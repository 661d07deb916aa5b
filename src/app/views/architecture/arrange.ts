/** Places the cells of a network in rows, in reading order. Pure. */
import type { CellLayout } from './shapes.ts';

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

/** @param head space above for a title. @param ends space left of every row, and right of the last. */
export function arrangeCells<T>(
  cells: readonly Sized<T>[],
  head: number,
  ends: Ends = { left: 0, right: 0 },
): { placed: PlacedCell<T>[]; width: number; height: number } {
  const all = cells.map((_, i) => inRows(cells, i + 1, head, ends));
  const scale = ({ width, height }: { width: number; height: number }): number =>
    Math.min(aspect / width, 1 / height);
  return all.reduce(
    (best, one) => (scale(one) > scale(best) ? one : best),
    all[0] ?? { placed: [], width: 0, height: head },
  );
}

interface Ends {
  left: number;
  right: number;
}

function inRows<T>(
  cells: readonly Sized<T>[],
  perRow: number,
  head: number,
  ends: Ends,
): { placed: PlacedCell<T>[]; width: number; height: number } {
  const placed: PlacedCell<T>[] = [];
  let y = head;
  for (let first = 0; first < cells.length; first += perRow) {
    let x = ends.left + (ends.left > 0 ? gap / 2 : 0);
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
  const last = placed.at(-1);
  const rights = placed.map((one) => one.x + one.width + (one === last ? ends.right : 0));
  return { placed, width: Math.max(0, ...rights), height: y - gap };
}
