/** The data sets of this browser, which of them the next search takes, and the import under way: state only. */
import { createStore, useStore } from 'zustand';
import type { WorkerError } from '../../protocol/messages.ts';
import type {
  FilesLook,
  ImportOptions,
  ListedDataset,
  Progress,
  Unreadable,
} from '../../protocol/data-messages.ts';

/** `fashion-mnist`, `fashion-mnist-full`, or a stored set's id. */
export type DatasetChoice = string;

export interface ImportJob {
  name: string;
  progress: Progress | null;
  msLeft: number | null;
  /** Asked, and not answered yet. */
  unreadable: Unreadable | null;
  cancelling: boolean;
}

/** Files that were looked at, and wait for the user to store them or not. */
export interface Preview {
  options: ImportOptions;
  look: FilesLook;
  /** Looked at again, under other choices. */
  busy: boolean;
  /** Why the last choice did not work: what is shown is as it was before. */
  problem: WorkerError | null;
}

export interface DatasetsState {
  /** Newest first; null until the browser's store has been read. */
  sets: readonly ListedDataset[] | null;
  choice: DatasetChoice;
  job: ImportJob | null;
  preview: Preview | null;
  /** What the last import came to. */
  outcome:
    | { ok: true; id: string; name: string; notes: readonly string[] }
    | { ok: false; error: WorkerError }
    | null;
  /** Why the browser's store cannot be used. */
  obstacle: WorkerError | null;
}

const memory = 'mgas-lab.dataset';
export const embedded: DatasetChoice = 'fashion-mnist';

export const datasets = createStore<DatasetsState>(() => ({
  sets: null,
  choice: remembered(),
  job: null,
  preview: null,
  outcome: null,
  obstacle: null,
}));

export function useDatasets<T>(select: (state: DatasetsState) => T): T {
  return useStore(datasets, select);
}

export function chooseDataset(choice: DatasetChoice): void {
  datasets.setState({ choice });
  try {
    localStorage.setItem(memory, choice);
  } catch {
    // Forgotten with the page, then.
  }
}

function remembered(): DatasetChoice {
  try {
    return localStorage.getItem(memory) ?? embedded;
  } catch {
    return embedded;
  }
}
