/** What the page knows of stored runs. Filled by `library.ts`, and by the running search's record. */
import { createStore, useStore } from 'zustand';
import type { Recording } from '../../protocol/messages.ts';
import type { Binned } from '../../storage/collection.ts';
import type { ArchitectureRecord, RunRecord } from '../../storage/records.ts';
import type { Room } from '../../storage/room.ts';

export interface LibraryState {
  /** Null until the store has been read; without those in the bin. */
  runs: readonly RunRecord[] | null;
  /** What runs found, and those that came alone from files. */
  architectures: readonly ArchitectureRecord[];
  /** Runs that some tab writes at this moment. */
  held: ReadonlySet<string>;
  /** Some tab searches, compares or trains. */
  working: boolean;
  /** Why nothing is stored beyond this page. */
  obstacle: string | null;
  room: Room | null;
  /** How the running search is kept. */
  recording: Recording | null;
  /** Run or architecture just put into the bin: it can be restored. */
  binned: Binned | null;
  /** A run of another tab that is on screen and followed. */
  watching: string | null;
  /** Interrupted run that the user does not want to be asked about again. */
  dismissed: string | null;
  /** A newer version of the lab that waits to be used. */
  update: ServiceWorker | null;
  /** What the last import or export came to. */
  message: { kind: 'error' | 'done'; text: string } | null;
}

export const library = createStore<LibraryState>(() => ({
  ...{
    runs: null,
    architectures: [],
    held: new Set<string>(),
    working: false,
    obstacle: null,
    room: null,
    recording: null,
  },
  ...{ binned: null, watching: null, dismissed: null, update: null, message: null },
}));

export function useLibrary<T>(select: (state: LibraryState) => T): T {
  return useStore(library, select);
}

/** What a run found; undefined = nothing (yet). */
export function foundBy(
  run: Pick<RunRecord, 'id'>,
  { architectures }: Pick<LibraryState, 'architectures'>,
): ArchitectureRecord | undefined {
  return architectures.find(({ runId }) => runId === run.id);
}

/** Left unfinished by a page that is no more. */
export function isInterrupted(run: RunRecord, { held }: Pick<LibraryState, 'held'>): boolean {
  return run.status === 'running' && !held.has(run.id);
}

/** It can be resumed. */
export function isOpenEnded(run: RunRecord, state: Pick<LibraryState, 'held'>): boolean {
  return run.checkpointStep !== null && run.status !== 'finished' && !state.held.has(run.id);
}
