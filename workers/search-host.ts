/** Runs one search for the page: data set, device, engine; events out in batches, every failure in words. */
import { fetchFile } from '../src/datasets/fetch-file.ts';
import { loadFashionMnist } from '../src/datasets/fashion-mnist.ts';
import { createSearchData } from '../src/datasets/search-data.ts';
import type { RunningSearch } from '../src/engine/search/api.ts';
import type { SearchEvent } from '../src/engine/search/events.ts';
import { startSearch } from '../src/engine/search/search.ts';
import type { Stepper } from '../src/engine/supernet/stepper.ts';
import { EventBatcher } from '../src/protocol/batcher.ts';
import { protocolVersion } from '../src/protocol/messages.ts';
import type { BackendChoice, DatasetSource, PageMessage, Payload, Request, RequestType, Value, WorkerMessage } from '../src/protocol/messages.ts';
import { Refusal, workerErrorOf } from './refusal.ts';
import { probe, requestSearchDevice } from './webgpu.ts';
import { describeSuperNet } from './super-net.ts';

/** How long a search may take to notice by itself that its device is gone. */
const lossGrace = 3_000;

export class SearchHost {
  private readonly batcher: EventBatcher;
  private running: RunningSearch | null = null;
  private busy = false;
  private over = false;

  constructor(private readonly post: (message: WorkerMessage) => void) {
    this.batcher = new EventBatcher({
      send: (events, batch) => post({ version: protocolVersion, type: 'events', batch, events }),
    });
  }

  receive(message: PageMessage): void {
    if (message.type === 'drawn') return this.batcher.drawn(message.batch);
    void this.answer(message);
  }

  private async answer(request: Request): Promise<void> {
    const reply = { version: protocolVersion, type: 'reply', id: request.id } as const;
    try {
      this.post({ ...reply, ok: true, value: await this.perform(request) });
    } catch (error) {
      this.post({ ...reply, ok: false, error: workerErrorOf(error) });
    }
  }

  private async perform(request: Request): Promise<Value<RequestType>> {
    switch (request.type) {
      case 'probe':
        return probe();
      case 'start':
        await this.start(request);
        return null;
      case 'pause':
        this.running?.pause();
        return null;
      case 'resume':
        this.running?.resume();
        return null;
      case 'stop':
        this.running?.stop();
        return null;
    }
  }

  private async start({ settings, dataset, backend }: Payload<'start'>): Promise<void> {
    if (this.busy) throw new Refusal('busy', 'A search is running already.', 'Stop it first.');
    this.busy = true;
    const images = await this.load(dataset);
    const data = createSearchData(images, settings);
    this.post({ version: protocolVersion, type: 'super-net', superNet: describeSuperNet(settings, data) });
    const stepper = await this.createStepper(backend);
    this.running = startSearch({ settings, data, stepper, emit: this.emit, now: () => performance.now() });
    // A failure has been told as an event by the time the promise rejects.
    void this.running.result
      .catch(() => {})
      .finally(() => {
        this.over = true;
        stepper.dispose();
      });
  }

  private readonly emit = (event: SearchEvent): void => this.batcher.push(event);

  private async load({ baseUrl }: DatasetSource) {
    return loadFashionMnist(
      (name, onBytes) => fetchFile(new URL(`data/fashion-mnist/${name}`, baseUrl).href, onBytes),
      // Progress is worth a message every percent or so, not every network packet.
      atSteps((loaded, total) => this.post({ version: protocolVersion, type: 'loading', loaded, total })),
    );
  }

  private async createStepper(backend: BackendChoice): Promise<Stepper> {
    if (backend === 'webgpu') {
      const device = await requestSearchDevice();
      void device.lost.then((info) => this.deviceLost(info));
      const { createWebGPUStepper } = await import('../src/engine/supernet/webgpu-stepper.ts');
      return createWebGPUStepper(device);
    }
    // Only here: TensorFlow.js is of no use to a search on WebGPU.
    const { createComposedStepper } = await import('../src/engine/supernet/composed-stepper.ts');
    try {
      return await createComposedStepper(backend);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const advice = backend === 'webgl' ? 'Choose the CPU under "Run on", and start again.' : 'Reload the page, and start again.';
      throw new Refusal('no-backend', `The backend could not be started: ${message}.`, advice, { cause: error });
    }
  }

  /** The search meets the loss at its next readback. Should it hang instead, the page hears of it all the same. */
  private deviceLost({ reason, message }: GPUDeviceLostInfo): void {
    if (this.over) return;
    setTimeout(() => {
      if (this.over) return;
      this.post({
        version: protocolVersion,
        type: 'crashed',
        error: {
          code: 'device-lost',
          message: `The graphics device was lost${reason === 'unknown' ? '' : ` (${reason})`}: ${message || 'the browser gave no reason'}`,
          advice: 'Start the search again, with a smaller batch or on another backend if it happens again.',
        },
      });
    }, lossGrace);
  }
}

function atSteps(report: (loaded: number, total: number) => void): (loaded: number, total: number) => void {
  let last = -1;
  return (loaded, total) => {
    const percent = Math.floor((100 * loaded) / total);
    if (percent === last) return;
    last = percent;
    report(loaded, total);
  };
}
