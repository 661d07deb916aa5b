/** Entry of the worker that trains architectures from scratch. */
import { trainDelivery } from '../src/protocol/train-messages.ts';
import type { TrainContract } from '../src/protocol/train-messages.ts';
import { serve } from '../src/protocol/serve.ts';
import { TrainHost } from './train-host.ts';
import { workerErrorOf } from './refusal.ts';

serve<TrainContract>(globalThis, {
  open: (emit) => new TrainHost(emit).handlers,
  delivery: trainDelivery,
  errorOf: workerErrorOf,
});
