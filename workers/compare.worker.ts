/** Entry of the worker that runs comparisons. */
import { compareDelivery } from '../src/protocol/compare-messages.ts';
import type { CompareContract } from '../src/protocol/compare-messages.ts';
import { serve } from '../src/protocol/serve.ts';
import { CompareHost } from './compare-host.ts';
import { workerErrorOf } from './refusal.ts';

serve<CompareContract>(globalThis, {
  open: (emit) => new CompareHost(emit).handlers,
  delivery: compareDelivery,
  errorOf: workerErrorOf,
});
