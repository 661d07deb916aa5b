/** Runs one search for the page: data set, device, engine. */
import { imageOf } from '../src/engine/data.ts';
import type { SearchData } from '../src/engine/data.ts';
import type { SearchSettings } from '../src/domain/settings/schema.ts';
import { searchDataOf } from '../src/datasets/any-set.ts';
import { checkpointEvery } from '../src/engine/search/checkpoint-state.ts';
import type {
  BackendChoice,
  DatasetSource,
  SearchContract,
  StartPayload,
} from '../src/protocol/messages.ts';
import type { Handlers } from '../src/protocol/serve.ts';
import { DurableSearch } from './durable-search.ts';
import type { DurableOptions } from './durable-search.ts';
import { atSteps, loadSource } from './load-source.ts';
import { beginRecording, reopenRecording } from './recording.ts';
import type { Recording } from './recording.ts';
import { benchStages, timeStages } from './measure.ts';
import { Refusal } from './refusal.ts';
import { createStepper } from './steppers.ts';
import { probe } from './webgpu.ts';
import { planSuperNet } from '../src/domain/counts.ts';
import { demandMemory } from './memory.ts';

type Emit = (event: SearchContract['event']) => void;

export class SearchHost {
  private running: DurableSearch | null = null;
  private busy = false;

  constructor(private readonly emit: Emit) {}

  readonly handlers: Handlers<SearchContract> = {
    probe: () => probe(),
    measure: async (payload) => ({
      msPerStep: await timeStages(await this.measured(payload), payload.backend),
    }),
    bench: async (payload) => benchStages(await this.measured(payload)),
    start: async (payload) => {
      await this.start(payload);
      return null;
    },
    pause: () => this.control((search) => search.pause()),
    resume: () => this.control((search) => search.resume()),
    stop: () => this.control((search) => search.stop()),
    step: () => this.control((search) => search.stepOnce()),
    steer: ({ change }) => this.control((search) => search.steer(change)),
  };

  private control(act: (search: DurableSearch) => void): null {
    if (this.running) act(this.running);
    return null;
  }

  private async measured({
    settings,
    dataset,
  }: Pick<StartPayload, 'settings' | 'dataset'>): Promise<{
    settings: SearchSettings;
    data: SearchData;
  }> {
    if (this.busy) throw new Refusal('busy', 'A search is running already.', 'Stop it first.');
    return { settings, data: searchDataOf(await this.load(dataset), settings) };
  }

  private async start({ settings: chosen, dataset, backend, run }: StartPayload): Promise<void> {
    if (this.busy) throw new Refusal('busy', 'A search is running already.', 'Stop it first.');
    this.busy = true;
    const onProblem = (problem: string | null): void => this.report(recording, problem);
    let recording: Recording | null = run.resume ? await reopenRecording(run.id, onProblem) : null;
    const settings = recording?.resumed?.checkpoint.settings ?? chosen;
    const images = await this.load(dataset);
    demandSameImages(recording?.resumed?.datasetName ?? images.name, images.name);
    const { lineage } = recording?.resumed?.checkpoint ?? {};
    const data = searchDataOf(images, settings, lineage?.splitSeed);
    const { superNet, demand } = planSuperNet(settings, imageOf(data));
    if (!recording) await demandMemory(demand, backend);
    this.emit({ type: 'super-net', superNet });
    recording ??= await beginRecording({
      settings,
      dataset,
      datasetName: images.name,
      backend,
      run,
      onProblem,
    });
    this.report(recording, null);
    if (recording.resumed) this.emit({ type: 'history', events: recording.resumed.events });
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
      createStepper: (lost) =>
        createStepper(
          backend,
          lost,
          atSteps((done, total) => this.emit({ type: 'compiling', done, total })),
        ),
      emit: (event) => {
        recorder.push(event);
        this.emit({ type: 'search', event });
      },
      onCheckpoint: (checkpoint) => {
        kept = recorder.count;
        recorder.checkpoint(checkpoint);
      },
      rewind: async () => {
        this.emit({ type: 'history', events: await recorder.rewind(kept) });
      },
      onOver: () => void close(),
    });
  }

  private report(recording: Recording | null, problem: string | null): void {
    if (!recording) return;
    const { runId, obstacle } = recording;
    this.emit({
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
      atSteps((loaded, total) => this.emit({ type: 'loading', loaded, total })),
    );
  }
}

/** Other images of the same shape would go unnoticed. @throws Refusal */
function demandSameImages(wanted: string, found: string): void {
  if (wanted === found) return;
  throw new Refusal(
    'other-data',
    `This run was searched on the data set \u201c${wanted}\u201d, and the lab has \u201c${found}\u201d.`,
    'Add that data set to the lab, and start a new search with the settings of this run.',
  );
}
