/** The event stream of a training from scratch: plain JSON, like a search's. */
import type { Architecture } from '../../domain/architecture/schema.ts';
import type { Latency } from './latency.ts';
import type { TrainSettings } from './settings.ts';
import type { Evaluation } from './trained.ts';

interface Base {
  /** Training steps done so far. */
  step: number;
  /** Milliseconds since the training was started, pauses excluded. */
  time: number;
}

export type TrainEvent = Base &
  (
    | {
        type: 'training-started';
        settings: TrainSettings;
        dataset: { name: string; classNames: string[]; trainImages: number; testImages: number };
        backend: string;
        parameters: Architecture['parameters'];
        macs: Architecture['macs'];
        maxSteps: number;
      }
    | {
        type: 'training-step';
        epoch: number;
        crossEntropy: number;
        /** Share of the batches classified correctly, augmented images. */
        accuracy: number;
        gradientNorm: number;
        /** Learning rate of the last step. */
        rate: number;
        msPerStep: number;
        memoryBytes: number;
        timeLeft: number;
      }
    | { type: 'training-epoch'; epoch: number; epochs: number }
    | ({ type: 'training-evaluated'; epoch: number } & Evaluation)
    /** After the last evaluation: inference on this device. `adapter`: its name, where whoever runs the training knows it. */
    | ({ type: 'training-latency'; adapter?: string } & Latency)
    | { type: 'paused' }
    | { type: 'resumed' }
    /** `images` of the test set; absent in events of version 1.0. */
    | { type: 'training-finished'; accuracy: number; images?: number }
    /** Ended by the user; what was trained so far is in the checkpoint that went with it. */
    | { type: 'training-stopped' }
    | { type: 'failed'; code: string; message: string; advice: string }
  );
