/** Entry of the worker that runs comparisons: messages in, messages out. */
import type { CompareRequest } from '../src/protocol/compare-messages.ts';
import { CompareHost } from './compare-host.ts';
import { workerErrorOf } from './refusal.ts';

const scope = globalThis as unknown as DedicatedWorkerGlobalScope;
const host = new CompareHost((message) => scope.postMessage(message));

scope.addEventListener(
  'message',
  ({ data }: MessageEvent<CompareRequest>) => void host.receive(data),
);
scope.addEventListener('unhandledrejection', (event) => {
  event.preventDefault();
  scope.postMessage({ type: 'error', error: workerErrorOf(event.reason) });
});
