/** The comparison on screen. */
import { createStore, useStore } from 'zustand';
import type { Comparison } from '../../../engine/baselines/results.ts';

interface Comparisons {
  readonly shown: Comparison | null;
  /** Why a file could not be opened. */
  readonly problem: string | null;
}

export const comparisons = createStore<Comparisons>(() => ({ shown: null, problem: null }));
export const useComparisons = <T>(select: (state: Comparisons) => T): T => useStore(comparisons, select);
