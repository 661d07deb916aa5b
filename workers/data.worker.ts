/** Entry of the worker that reads data sets: messages in, messages out. */
import type { DataRequest } from '../src/protocol/data-messages.ts';
import { DataHost } from './data-host.ts';

const scope = globalThis as unknown as DedicatedWorkerGlobalScope;
const host = new DataHost((message) => scope.postMessage(message));

scope.addEventListener('message', ({ data }: MessageEvent<DataRequest>) => void host.receive(data));
