/** The contract of the worker that trains an architecture from scratch: one training a worker. */
import type { ExportFormat } from '../domain/export-formats.ts';
import type { Architecture } from '../domain/architecture/schema.ts';
import type { TrainEvent } from '../engine/train/events.ts';
import type { MeasuredLatency } from '../engine/train/latency.ts';
import type { TrainSettings } from '../engine/train/settings.ts';
import type { Trained } from '../engine/train/trained.ts';
import type { BackendChoice, DatasetSource, LoadingEvent } from './messages.ts';
import type { Delivery } from './stream.ts';

export interface TrainPayload {
  /** Under which it is stored. */
  id: string;
  /** Continue from the last epoch stored there, whose settings count. */
  resume: boolean;
  architecture: Architecture;
  settings: TrainSettings;
  dataset: DatasetSource;
  backend: BackendChoice;
}

export interface ExportPayload {
  format: ExportFormat;
  /** Trained before; null = by this worker. */
  trained: Trained | null;
  /** Of what was trained; null = not measured. */
  latency: MeasuredLatency | null;
}

export interface TrainContract {
  requests: {
    /** Answered once the training is over, however it ended: the last training event says how. */
    train: { payload: TrainPayload; value: null };
    pause: { payload: object; value: null };
    resume: { payload: object; value: null };
    /** Ends the training; what was trained since its last checkpoint is lost. */
    stop: { payload: object; value: null };
    /** After the training has finished: a file to hand to the user. */
    export: { payload: ExportPayload; value: { name: string; bytes: Uint8Array } };
    /** In place of a training: how long inference of an architecture takes, one image at a time. */
    measure: {
      payload: { architecture: Architecture; backend: BackendChoice };
      value: MeasuredLatency;
    };
  };
  event:
    | { type: 'training'; event: TrainEvent }
    | LoadingEvent
    /** After the last pass over the test set: the images classified worst, worst first. */
    | { type: 'worst'; images: WorstImage[] }
    /** Whether the training is stored: null, or why not. */
    | { type: 'keeping'; obstacle: string | null }
    /** Of a measurement: runs done, of how many. */
    | { type: 'measuring'; done: number; total: number };
}

export function trainDelivery(message: TrainContract['event']): Delivery {
  switch (message.type) {
    case 'training':
      return message.event.type === 'training-step' ? 'curve' : 'urgent';
    case 'loading':
    case 'measuring':
      return 'latest';
    case 'worst':
    case 'keeping':
      return 'urgent';
  }
}

export interface WorstImage {
  label: number;
  predicted: number;
  /** Cross-entropy. */
  loss: number;
  /** Pixels a side, and RGBA bytes, as the network saw them. */
  size: number;
  pixels: Uint8ClampedArray<ArrayBuffer>;
}
