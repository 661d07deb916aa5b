/** Messages between the page and the search worker: one union each way, versioned. Plain data only. */
import type { SearchEvent } from '../engine/search/events.ts';
import type { SearchSettings } from '../engine/settings.ts';

export const protocolVersion = 1;

export type BackendChoice = 'webgpu' | 'webgl' | 'cpu';

/** Where the images come from: the set shipped with the lab. More kinds join here. */
export type DatasetSource = { kind: 'fashion-mnist'; baseUrl: string };

export interface AdapterInfo {
  vendor: string;
  architecture: string;
  description: string;
  /** The adapter runs on the CPU (SwiftShader, llvmpipe, WARP). */
  software: boolean;
}

/** Requests from page to worker; `id` pairs each with its reply. */
export type PageMessage =
  | { version: 1; id: number; type: 'probe' }
  | {
      version: 1;
      id: number;
      type: 'start';
      settings: SearchSettings;
      dataset: DatasetSource;
      backend: BackendChoice;
    }
  | { version: 1; id: number; type: 'pause' | 'resume' | 'stop' }
  /** Back-pressure: the page has drawn all event batches up to `batch`. */
  | { version: 1; id: number; type: 'drawn'; batch: number };

export interface WorkerError {
  code: string;
  message: string;
  /** What the user can do now. */
  advice: string;
}

/** What each request is answered with. */
export interface ReplyMap {
  probe: { webgpu: AdapterInfo | null; reason: string; backends: BackendChoice[] };
  start: null;
  pause: null;
  resume: null;
  stop: null;
  drawn: null;
}

export type WorkerMessage =
  | { version: 1; type: 'reply'; id: number; ok: true; value: ReplyMap[keyof ReplyMap] }
  | { version: 1; type: 'reply'; id: number; ok: false; error: WorkerError }
  | { version: 1; type: 'events'; batch: number; events: SearchEvent[] }
  /** Loading the data set: bytes so far and in all (0 = unknown). */
  | { version: 1; type: 'loading'; loaded: number; total: number }
  /** A failure outside any request: the worker is of no more use. */
  | { version: 1; type: 'crashed'; error: WorkerError };
