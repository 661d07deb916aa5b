/** Entry of the worker that searches: messages in, messages out. */
import { protocolVersion } from '../src/protocol/messages.ts';
import type { PageMessage } from '../src/protocol/messages.ts';
import { workerErrorOf } from './refusal.ts';
import { SearchHost } from './search-host.ts';

const scope = globalThis as unknown as DedicatedWorkerGlobalScope;
const host = new SearchHost((message) => scope.postMessage(message));

scope.addEventListener('message', ({ data }: MessageEvent<PageMessage>) => host.receive(data));

// The page hears of uncaught errors through the worker's `error` event, but of lost promises only from here.
scope.addEventListener('unhandledrejection', (event) => {
  event.preventDefault();
  scope.postMessage({
    version: protocolVersion,
    type: 'crashed',
    error: workerErrorOf(event.reason),
  });
});
