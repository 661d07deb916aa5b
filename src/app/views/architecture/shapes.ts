/** A cell as shapes on a plane. */
import type { OutlineState } from '../../../domain/graph/outline.ts';
import type { Candidate } from '../../store/cell-units.ts';

export interface StateShape {
  /** Its number in the outline. */
  state: number;
  role: OutlineState['role'];
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface BoxShape {
  edge: number;
  from: number;
  to: number;
  /** Left top corner. */
  x: number;
  y: number;
  width: number;
  height: number;
  rows: readonly Candidate[];
}

export interface LineShape {
  points: readonly { x: number; y: number }[];
  /** Of the strongest live operation on it; 0 = all are pruned. */
  strength: number;
}

export interface CellLayout {
  width: number;
  height: number;
  states: readonly StateShape[];
  boxes: readonly BoxShape[];
  lines: readonly LineShape[];
}
