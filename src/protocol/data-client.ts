/** The page's end of the data worker: requests with typed replies; a worker that breaks down rejects all of them, and the next request gets a new one. */
import { RequestFailed } from './client.ts';
import { protocolVersion } from './messages.ts';
import type { WorkerError } from './messages.ts';
import type {
  DataPayload,
  DataRequest,
  DataRequestType,
  DataValue,
  DataWorkerMessage,
} from './data-messages.ts';

export interface DataTransport {
  postMessage(message: DataRequest): void;
  addEventListener(
    type: 'message' | 'error' | 'messageerror',
    listener: (event: Event) => void,
  ): void;
  terminate(): void;
}

export interface DataHandlers {
  onProgress(message: Extract<DataWorkerMessage, { type: 'progress' }>): void;
  onUnreadable(message: Extract<DataWorkerMessage, { type: 'unreadable' }>): void;
}

interface Pending {
  resolve(value: DataValue<DataRequestType>): void;
  reject(error: RequestFailed): void;
}

export class DataClient {
  private transport: DataTransport | null = null;
  private lastId = 0;
  private readonly pending = new Map<number, Pending>();

  constructor(
    private readonly createTransport: () => DataTransport,
    private readonly handlers: DataHandlers,
  ) {}

  /** Rejects with RequestFailed only. */
  request<T extends DataRequestType>(type: T, payload: DataPayload<T>): Promise<DataValue<T>> {
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      // The map from type to value is kept by the worker: it answers each id with that type's value.
      this.pending.set(id, { resolve: resolve as Pending['resolve'], reject });
      this.transport ??= this.connect();
      this.transport.postMessage({ version: protocolVersion, id, type, ...payload } as DataRequest);
    });
  }

  private connect(): DataTransport {
    const transport = this.createTransport();
    const ifCurrent = (handle: (event: Event) => void) => (event: Event) => {
      if (this.transport === transport) handle(event);
    };
    transport.addEventListener(
      'message',
      ifCurrent((event) => this.receive((event as MessageEvent<DataWorkerMessage>).data)),
    );
    for (const type of ['error', 'messageerror'] as const) {
      transport.addEventListener(
        type,
        ifCurrent((event) => {
          event.preventDefault();
          this.breakDown((event as Partial<ErrorEvent>).message ?? '');
        }),
      );
    }
    return transport;
  }

  private receive(message: DataWorkerMessage): void {
    if (message?.version !== protocolVersion)
      return this.breakDown('it is of another version: reload the page');
    if (message.type === 'progress') return this.handlers.onProgress(message);
    if (message.type === 'unreadable') return this.handlers.onUnreadable(message);
    const pending = this.pending.get(message.id);
    this.pending.delete(message.id);
    if (message.ok) pending?.resolve(message.value);
    else pending?.reject(new RequestFailed(message.error));
  }

  private breakDown(reason: string): void {
    this.transport?.terminate();
    this.transport = null;
    const error: WorkerError = {
      code: 'worker-crashed',
      message: `The worker that reads data sets broke down${reason && `: ${reason}`}.`,
      advice: 'Try again, with fewer or smaller images if memory ran out.',
    };
    const waiting = [...this.pending.values()];
    this.pending.clear();
    for (const { reject } of waiting) reject(new RequestFailed(error));
  }
}
