/** The contract of the worker that searches, and what all contracts share. Plain data only. */
import type { SuperNet } from '../domain/counts.ts';
import type { SearchEvent } from '../domain/events/events.ts';
import type { SearchSettings } from '../domain/settings/schema.ts';
import type { Steering } from '../domain/events/steering-schema.ts';
import type { BenchCase } from './bench.ts';
import type { WorkerError } from './rpc.ts';
import type { Delivery } from './stream.ts';

export type { WorkerError };

export type BackendChoice = 'webgpu' | 'webgl' | 'cpu';

/** Where the images come from: shipped with the lab (`full`: all 60,000, where they were set up), or stored in this browser. */
export type DatasetSource =
  { kind: 'fashion-mnist'; baseUrl: string; full?: boolean } | { kind: 'stored'; id: string };

export interface AdapterInfo {
  vendor: string;
  architecture: string;
  description: string;
  /** The adapter runs on the CPU (SwiftShader, llvmpipe, WARP). */
  software: boolean;
  /** Bytes that one buffer may have; absent where nobody asked. */
  largestBuffer?: number;
  /** It has shader-f16, which the setting `halfFloats` needs; absent where nobody asked. */
  halfFloats?: boolean;
}

/** Why there is no WebGPU; `none` = there is. */
export type WebGPUObstacle =
  'none' | 'unsupported' | 'insecure-context' | 'no-adapter' | 'device-refused';

export interface ProbeResult {
  webgpu: AdapterInfo | null;
  obstacle: WebGPUObstacle;
  /** What the browser said, where it said anything. */
  detail: string;
  /** Backends that can be tried here. How fast each is, only timing tells. */
  backends: BackendChoice[];
}

/** Loading the data set: bytes so far and in all (0 = unknown). */
export interface LoadingEvent {
  type: 'loading';
  loaded: number;
  total: number;
}

/** Whether the run is stored; `obstacle`: why not, or why not all of it at the moment. */
export interface Recording {
  runId: string;
  kept: 'stored' | 'in-memory';
  obstacle: string | null;
}

export interface StartPayload {
  settings: SearchSettings;
  dataset: DatasetSource;
  backend: BackendChoice;
  /** Under which id it is stored. `resume`: continue the stored run from its last checkpoint, whose settings count. */
  run: { id: string; resume: boolean };
}

export interface SearchContract {
  requests: {
    probe: { payload: object; value: ProbeResult };
    /** Times a few steps: milliseconds of a step in each stage, the joint one last. Takes the device. */
    measure: {
      payload: Pick<StartPayload, 'settings' | 'dataset' | 'backend'>;
      value: { msPerStep: number[] };
    };
    /** Times a preset's super-net on WebGPU, each kernel too. Takes the device. */
    bench: { payload: Pick<StartPayload, 'settings' | 'dataset'>; value: BenchCase };
    /** Answered when the search runs: the data set is loaded and the device is there. */
    start: { payload: StartPayload; value: null };
    pause: { payload: object; value: null };
    resume: { payload: object; value: null };
    stop: { payload: object; value: null };
    /** While paused: one training step. */
    step: { payload: object; value: null };
    /** Before the next step; the search event `steered` reports the outcome. */
    steer: { payload: { change: Steering }; value: null };
  };
  event:
    | { type: 'search'; event: SearchEvent }
    | LoadingEvent
    /** Programs of the next recording: compiled so far, and in all. */
    | { type: 'compiling'; done: number; total: number }
    | { type: 'super-net'; superNet: SuperNet }
    | ({ type: 'recording' } & Recording)
    /** The run up to its last checkpoint, in place of all search events before: it continues from there. */
    | { type: 'history'; events: SearchEvent[] };
}

const urgentEvents: ReadonlySet<SearchEvent['type']> = new Set([
  'started',
  'paused',
  'resumed',
  'finished',
  'stopped',
  'failed',
  'device-lost',
]);

export function searchDelivery(message: SearchContract['event']): Delivery {
  switch (message.type) {
    case 'search':
      if (message.event.type === 'step') return 'curve';
      return urgentEvents.has(message.event.type) ? 'urgent' : 'kept';
    case 'loading':
    case 'compiling':
      return 'latest';
    case 'super-net':
    case 'recording':
    case 'history':
      return 'urgent';
  }
}
