/** Which unit the reader looks at, shared by the views of units: what is selected in one is selected in the other. */
import { createStore, useStore } from 'zustand';
import type { Granularity } from '../../domain/granularities.ts';
import { granularities } from '../../domain/granularities.ts';

export interface Selection {
  cell: number;
  level: Granularity;
  /** Candidate operation, edge * operations + operation; null = a preprocess, which has filters only. */
  unit: number | null;
  /** Of preprocesses: 0 or 1. */
  slot: 0 | 1;
}

export const selection = createStore<Selection>(() => ({
  cell: 0,
  level: granularities[0],
  unit: 1,
  slot: 0,
}));

export function useSelection(): Selection {
  return useStore(selection);
}

export function select(change: Partial<Selection>): void {
  selection.setState(change);
}
