/** What the page knows of comparisons: those stored, the one on screen, and the one that runs here. */
import { createStore, useStore } from 'zustand';
import type { Estimate } from '../../engine/baselines/pace.ts';
import { allRuns, openRuns } from '../../engine/baselines/plan.ts';
import type { Comparison } from '../../engine/baselines/results.ts';
import type { RunProgress } from '../../protocol/compare-messages.ts';
import type { WorkerError } from '../../protocol/messages.ts';
import type { Binned } from '../../storage/collection.ts';
import type { ComparisonRecord } from '../../storage/records.ts';

/** Of the worker of this page. */
export type WorkState = 'idle' | 'estimating' | 'running' | 'pausing' | 'paused';

export interface Comparisons {
  /** Latest first; null until the store has been read; without those in the bin. */
  readonly records: readonly ComparisonRecord[] | null;
  /** Comparisons that some tab runs at this moment. */
  readonly held: ReadonlySet<string>;
  /** Why nothing is stored beyond this page. */
  readonly obstacle: string | null;
  /** Stored, and on screen. */
  readonly shownId: string | null;
  /** From a file, on screen in its place, and not stored. */
  readonly opened: { readonly name: string; readonly comparison: Comparison } | null;
  /** Just put into the bin: it can be restored. */
  readonly binned: Binned | null;
  /** Why a file could not be opened, or something not be done. */
  readonly problem: string | null;
  /** The form of a new comparison is open. */
  readonly planning: boolean;

  readonly work: WorkState;
  /** What it is paused for: a search or a training of this page. In words; null = nothing. */
  readonly gaveWayTo: string | null;
  /** The one that this page runs. */
  readonly runningId: string | null;
  readonly loading: { readonly loaded: number; readonly total: number } | null;
  readonly progress: RunProgress | null;
  /** The last timing; `key`: of what. */
  readonly estimate: {
    readonly key: string;
    readonly measured: Estimate;
    readonly dataset: string;
  } | null;
  /** Why results are not stored at the moment. */
  readonly notKept: string | null;
  readonly error: WorkerError | null;
}

export const comparisons = createStore<Comparisons>(() => ({
  ...{
    records: null,
    held: new Set<string>(),
    obstacle: null,
    shownId: null,
    opened: null,
    binned: null,
    problem: null,
    planning: false,
  },
  ...{
    work: 'idle',
    gaveWayTo: null,
    runningId: null,
    loading: null,
    progress: null,
    estimate: null,
    notKept: null,
    error: null,
  },
}));
export const useComparisons = <T>(select: (state: Comparisons) => T): T =>
  useStore(comparisons, select);

/** Stored, and on screen; null where a file is, or nothing. */
export function shownRecord({
  opened,
  records,
  shownId,
}: Pick<Comparisons, 'opened' | 'records' | 'shownId'>): ComparisonRecord | null {
  return opened ? null : (records?.find(({ id }) => id === shownId) ?? null);
}

export function shownComparison(
  state: Pick<Comparisons, 'opened' | 'records' | 'shownId'>,
): Comparison | null {
  return state.opened?.comparison ?? shownRecord(state)?.comparison ?? null;
}

export type Standing = {
  kind: 'running' | 'elsewhere' | 'interrupted' | 'failed' | 'finished';
  done: number;
  total: number;
  failed: number;
};

/** Where a stored comparison stands. */
export function standing(
  { id, comparison, failures }: ComparisonRecord,
  { held, runningId }: Pick<Comparisons, 'held' | 'runningId'>,
): Standing {
  const total = allRuns(comparison).length;
  const open = openRuns(comparison).length;
  const failed = failures.length;
  const kind =
    runningId === id
      ? 'running'
      : held.has(id)
        ? 'elsewhere'
        : open === 0
          ? 'finished'
          : open <= failed
            ? 'failed'
            : 'interrupted';
  return { kind, done: total - open, total, failed };
}
