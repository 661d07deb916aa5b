/** Messages between the page and the search worker: one union each way, versioned. Plain data only. */
import type { SearchEvent } from '../domain/events/events.ts';
import type { SearchSettings } from '../domain/settings/schema.ts';
import type { Steering } from '../domain/events/steering-schema.ts';

export const protocolVersion = 1;

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
}

/** Why there is no WebGPU; `none` = there is. */
export type WebGPUObstacle =
  'none' | 'unsupported' | 'insecure-context' | 'no-adapter' | 'device-refused';

export interface ProbeResult {
  webgpu: AdapterInfo | null;
  obstacle: WebGPUObstacle;
  /** What the browser said, where it said anything. */
  detail: string;
  /** Backends that can be tried here, fastest first. */
  backends: BackendChoice[];
}

export interface WorkerError {
  code: string;
  message: string;
  /** What the user can do now. */
  advice: string;
}

/** The unpruned super-net in numbers: what ratios and losses of parameters are measured against. */
export interface SuperNet {
  /** Parameters up to each stage's last cell, under that stage's head. */
  stageParameters: number[];
  cells: SuperNetCell[];
}

export interface SuperNetCell {
  stage: number;
  reduction: boolean;
  channels: number;
  /** Pixels a side of its output. */
  size: number;
  parameters: number;
  /** Parameters of each candidate, at edge * operations + operation. */
  candidates: number[];
}

/** What the page asks for, each answered by one reply with its `id`. */
export interface RequestMap {
  probe: { payload: object; value: ProbeResult };
  /** Answered when the search runs: the data set is loaded and the device is there. */
  start: {
    payload: {
      settings: SearchSettings;
      dataset: DatasetSource;
      backend: BackendChoice;
      /** Under which id it is stored. `resume`: it is there already; the search goes on from its last checkpoint, whose settings count. */
      run: { id: string; resume: boolean };
    };
    value: null;
  };
  pause: { payload: object; value: null };
  resume: { payload: object; value: null };
  stop: { payload: object; value: null };
  /** While paused: one training step. */
  step: { payload: object; value: null };
  /** Before the next step; an event `steered` tells what came of it. */
  steer: { payload: { change: Steering }; value: null };
}
export type RequestType = keyof RequestMap;
export type Payload<T extends RequestType> = RequestMap[T]['payload'];
export type Value<T extends RequestType> = RequestMap[T]['value'];

export type Request = {
  [T in RequestType]: { version: 1; id: number; type: T } & Payload<T>;
}[RequestType];

export type PageMessage =
  | Request
  /** Back-pressure, not answered: the page has drawn all event batches up to `batch`. */
  | { version: 1; type: 'drawn'; batch: number };

export type WorkerMessage =
  | { version: 1; type: 'reply'; id: number; ok: true; value: Value<RequestType> }
  | { version: 1; type: 'reply'; id: number; ok: false; error: WorkerError }
  | { version: 1; type: 'events'; batch: number; events: SearchEvent[] }
  /** Loading the data set: bytes so far and in all (0 = unknown). */
  | { version: 1; type: 'loading'; loaded: number; total: number }
  | { version: 1; type: 'super-net'; superNet: SuperNet }
  /** The run as it is stored. `obstacle`: why it is not, or not all of it at the moment. */
  | {
      version: 1;
      type: 'recording';
      runId: string;
      kept: 'stored' | 'in-memory';
      obstacle: string | null;
    }
  /** The run up to its last checkpoint, in place of all events sent before: it goes on from there. */
  | { version: 1; type: 'history'; events: SearchEvent[] }
  /** A failure outside any request: the worker is of no more use. */
  | { version: 1; type: 'crashed'; error: WorkerError };
