/** Messages between the page and the worker that trains an architecture from scratch: one training a worker. */
import type { ExportFormat } from '../engine/architecture/export/files.ts';
import type { Architecture } from '../domain/architecture/schema.ts';
import type { TrainEvent } from '../engine/train/events.ts';
import type { MeasuredLatency } from '../engine/train/latency.ts';
import type { TrainSettings } from '../engine/train/settings.ts';
import type { Trained } from '../engine/train/trained.ts';
import type { BackendChoice, DatasetSource, WorkerError } from './messages.ts';

export type TrainRequest =
  /** `id`: under which it is stored. `resume`: it goes on from the last epoch stored there, whose settings count. */
  | {
      type: 'train';
      id: string;
      resume: boolean;
      architecture: Architecture;
      settings: TrainSettings;
      dataset: DatasetSource;
      backend: BackendChoice;
    }
  | { type: 'pause' }
  | { type: 'resume' }
  /** Ends the training; what was trained so far is gone. */
  | { type: 'stop' }
  /** After the training has finished. `trained`: what was trained before; null = by this worker. `latency`: of what was trained, null = not measured. */
  | {
      type: 'export';
      format: ExportFormat;
      trained: Trained | null;
      latency: MeasuredLatency | null;
    }
  /** In place of a training: how long inference of an architecture takes, one image at a time. */
  | { type: 'measure'; architecture: Architecture; backend: BackendChoice };

export type TrainMessage =
  | { type: 'event'; event: TrainEvent }
  /** Loading the data set: bytes so far and in all (0 = unknown). */
  | { type: 'loading'; loaded: number; total: number }
  /** After the last pass over the test set: what was classified worst, worst first. */
  | { type: 'worst'; images: WorstImage[] }
  /** Whether the training is stored: null, or why not. */
  | { type: 'keeping'; obstacle: string | null }
  /** Of a measurement: runs done, of how many. */
  | { type: 'measuring'; done: number; total: number }
  | { type: 'measured'; latency: MeasuredLatency }
  /** A file to hand to the user. */
  | { type: 'file'; name: string; bytes: Uint8Array }
  /** The request could not be carried out, or the worker is of no more use. */
  | { type: 'error'; error: WorkerError };

export interface WorstImage {
  label: number;
  predicted: number;
  /** Cross entropy. */
  loss: number;
  /** Pixels a side, and RGBA bytes, as the network saw them. */
  size: number;
  pixels: Uint8ClampedArray<ArrayBuffer>;
}
