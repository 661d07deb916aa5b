/** Entry of the worker that trains architectures from scratch: messages in, messages out. */
import type { TrainRequest } from '../src/protocol/train-messages.ts';
import { workerErrorOf } from './refusal.ts';
import { TrainHost } from './train-host.ts';

const scope = globalThis as unknown as DedicatedWorkerGlobalScope;
const host = new TrainHost((message) => scope.postMessage(message));

scope.addEventListener(
  'message',
  ({ data }: MessageEvent<TrainRequest>) => void host.receive(data),
);
scope.addEventListener('unhandledrejection', (event) => {
  event.preventDefault();
  scope.postMessage({ type: 'error', error: workerErrorOf(event.reason) });
});
