/** How the size of the network on screen stands to the target, in words. Pure. */
import { integer } from '../format.ts';

interface Standing {
  /** Parameters that are alive. */
  active: number;
  target: number;
  /** Cells that the search has come to, and all cells of the super-net. */
  trained: number;
  cells: number;
}

/** A stage of some cells is no network within a target, however small it is. */
export function sizeAgainstTarget({ active, target, trained, cells }: Standing): string {
  if (trained === cells)
    return `${active <= target ? 'within the target of' : 'down to'} ${integer(target)}`;
  const part = trained === 1 ? 'cell' : `${trained} cells`;
  return `in the first ${part} of ${cells}; the target for all is ${integer(target)}`;
}
