/** Runs one search for the page: data set, device, engine; events out in batches, every failure in words. */
import { createSearchData } from '../src/datasets/search-data.ts';
import { checkpointEvery } from '../src/engine/search/checkpoint.ts';
import { EventBatcher } from '../src/protocol/batcher.ts';
import { protocolVersion } from '../src/protocol/messages.ts';
import type {
  BackendChoice,
  DatasetSource,
  PageMessage,
  Payload,
  Request,
  RequestType,
  Value,
  WorkerMessage,
} from '../src/protocol/messages.ts';
import { DurableSearch } from './durable-search.ts';
import type { DurableOptions } from './durable-search.ts';
import { atSteps, loadSource } from './load-source.ts';
import { beginRecording, reopenRecording } from './recording.ts';
import type { Recording } from './recording.ts';
import { Refusal, workerErrorOf } from './refusal.ts';
import { createStepper } from './steppers.ts';
import { probe } from './webgpu.ts';
import { describeSuperNet } from './super-net.ts';

export class SearchHost {
  private readonly batcher: EventBatcher;
  private running: DurableSearch | null = null;
  private busy = false;

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
      case 'step':
        this.running?.stepOnce();
        return null;
      case 'steer':
        this.running?.steer(request.change);
        return null;
    }
  }

  private async start({
    settings: chosen,
    dataset,
    backend,
    run,
  }: Payload<'start'>): Promise<void> {
    if (this.busy) throw new Refusal('busy', 'A search is running already.', 'Stop it first.');
    this.busy = true;
    const onProblem = (problem: string | null): void => this.tell(recording, problem);
    let recording: Recording | null = run.resume ? await reopenRecording(run.id, onProblem) : null;
    const settings = recording?.resumed?.checkpoint.settings ?? chosen;
    const images = await this.load(dataset);
    demandSameImages(recording?.resumed?.datasetName ?? images.name, images.name);
    const data = createSearchData(images, settings);
    this.post({
      version: protocolVersion,
      type: 'super-net',
      superNet: describeSuperNet(settings, data),
    });
    recording ??= await beginRecording({
      settings,
      dataset,
      datasetName: images.name,
      backend,
      run,
      onProblem,
    });
    this.tell(recording, null);
    if (recording.resumed)
      this.post({ version: protocolVersion, type: 'history', events: recording.resumed.events });
    this.running = this.createSearch({ settings, data, checkpointEvery }, backend, recording);
    try {
      await this.running.start();
    } catch (error) {
      await recording.close();
      throw error;
    }
  }

  private createSearch(
    search: DurableOptions['search'],
    backend: BackendChoice,
    { recorder, resumed, close }: Recording,
  ): DurableSearch {
    /** Events up to the last checkpoint. */
    let kept = resumed?.count ?? 0;
    return new DurableSearch({
      search,
      resumeFrom: resumed?.checkpoint ?? null,
      steered: resumed?.steered ?? [],
      createStepper: (lost) => createStepper(backend, lost),
      emit: (event) => {
        recorder.push(event);
        this.batcher.push(event);
      },
      onCheckpoint: (checkpoint) => {
        kept = recorder.count;
        recorder.checkpoint(checkpoint);
      },
      rewind: async () => {
        this.batcher.flush();
        this.post({
          version: protocolVersion,
          type: 'history',
          events: await recorder.rewind(kept),
        });
      },
      onOver: () => void close(),
    });
  }

  private tell(recording: Recording | null, problem: string | null): void {
    if (!recording) return;
    const { runId, obstacle } = recording;
    this.post({
      version: protocolVersion,
      type: 'recording',
      runId,
      kept: obstacle === null ? 'stored' : 'in-memory',
      obstacle: obstacle ?? problem,
    });
  }

  private load(source: DatasetSource) {
    return loadSource(
      source,
      // Progress is worth a message every percent or so, not every network packet.
      atSteps((loaded, total) =>
        this.post({ version: protocolVersion, type: 'loading', loaded, total }),
      ),
    );
  }
}

/** Other images of the same shape would go unnoticed. @throws Refusal */
function demandSameImages(wanted: string, found: string): void {
  if (wanted === found) return;
  throw new Refusal(
    'other-data',
    `This run was searched on the data set \u201c${wanted}\u201d, and here is \u201c${found}\u201d.`,
    'Add that data set to the lab, and search it anew with the settings of this run.',
  );
}
