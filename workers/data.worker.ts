/** Entry of the worker that reads data sets. */
import { dataDelivery } from '../src/protocol/data-messages.ts';
import type { DataContract } from '../src/protocol/data-messages.ts';
import { serve } from '../src/protocol/serve.ts';
import { DataHost } from './data-host.ts';
import { workerErrorOf } from './refusal.ts';

serve<DataContract>(globalThis, {
  open: (emit) => new DataHost(emit).handlers,
  delivery: dataDelivery,
  errorOf: workerErrorOf,
});
