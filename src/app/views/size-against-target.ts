/** How the size of the network on screen stands to the target, in words. Pure. */
import { integer, plural } from '../format.ts';

interface Standing {
  /** Parameters that are alive. */
  active: number;
  target: number;
  /** Cells that the search has come to, and all cells of the super-net. */
  trained: number;
  cells: number;
  /** What they are called. */
  part?: 'cell' | 'layer';
}

/** A stage of some cells is no network within a target, however small it is. */
export function sizeAgainstTarget({
  active,
  target,
  trained,
  cells,
  part = 'cell',
}: Standing): string {
  if (trained === cells)
    return `${active <= target ? 'within the target of' : 'down to'} ${integer(target)}`;
  const first = trained === 1 ? part : plural(trained, part);
  return `in the first ${first} of ${cells}; the target for all is ${integer(target)}`;
}
