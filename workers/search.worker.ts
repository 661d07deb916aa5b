/** Entry of the worker that searches. */
import { searchDelivery } from '../src/protocol/messages.ts';
import type { SearchContract } from '../src/protocol/messages.ts';
import { serve } from '../src/protocol/serve.ts';
import { SearchHost } from './search-host.ts';
import { workerErrorOf } from './refusal.ts';

serve<SearchContract>(globalThis, {
  open: (emit) => new SearchHost(emit).handlers,
  delivery: searchDelivery,
  errorOf: workerErrorOf,
});
