/** Runs one comparison for the page: estimate, runs, progress; every result stored before the next run begins. */
import { searchDataOf, type AnyDataset } from '../src/datasets/any-set.ts';
import { measurePace } from '../src/engine/baselines/measure-pace.ts';
import { Pace } from '../src/engine/baselines/pace.ts';
import type { Measured } from '../src/engine/baselines/pace.ts';
import { allRuns, sameRun } from '../src/engine/baselines/plan.ts';
import type { Comparison } from '../src/engine/baselines/results.ts';
import type {
  CompareContract,
  EstimatePayload,
  RunFailure,
  RunPayload,
} from '../src/protocol/compare-messages.ts';
import type { BackendChoice, DatasetSource } from '../src/protocol/messages.ts';
import type { Value } from '../src/protocol/rpc.ts';
import type { Handlers } from '../src/protocol/serve.ts';
import { asFound, openComparisons } from '../src/storage/comparisons.ts';
import type { ComparisonChange, ComparisonStore, Found } from '../src/storage/comparisons.ts';
import { lease } from '../src/storage/lock.ts';
import { tellComparisonNews } from '../src/storage/news.ts';
import { whyNotStored } from '../src/storage/room.ts';
import { carryOut, Device, NoDevice } from './comparison-runs.ts';
import { atSteps, loadSource } from './load-source.ts';
import { Refusal } from './refusal.ts';
import { runInputs } from './run-inputs.ts';
import { RunControl } from './run-control.ts';
import { createStepper } from './steppers.ts';

export class CompareHost {
  private readonly control = new RunControl(() => performance.now());
  private device: { backend: BackendChoice; device: Device } | null = null;
  private images: { key: string; loading: Promise<AnyDataset> } | null = null;
  /** What was timed last, and for which settings. */
  private measured: { key: string; measured: Measured } | null = null;

  constructor(private readonly emit: (event: CompareContract['event']) => void) {}

  readonly handlers: Handlers<CompareContract> = {
    estimate: (payload) => withCause(() => this.estimate(payload)),
    run: async (payload) => {
      await withCause(() => this.run(payload));
      return null;
    },
    pause: () => {
      this.control.pause();
      return null;
    },
    resume: () => {
      this.control.resume();
      return null;
    },
  };

  private async estimate({
    plan,
    dataset,
    backend,
  }: EstimatePayload): Promise<Value<CompareContract, 'estimate'>> {
    const images = await this.load(dataset);
    const { settings, training } = plan;
    const runs = allRuns(plan);
    // What does not fit shall be said now, not after the first search.
    runInputs(plan, runs[0]!, images);
    const measured = await measurePace({
      settings,
      training,
      data: searchDataOf(images, settings),
      stepper: await this.deviceOf(backend).open(),
      now: this.control.now,
    });
    this.measured = { key: this.keyOf(plan, backend), measured };
    return {
      estimate: {
        ...measured,
        runs: runs.length,
        seconds: new Pace({ runs: [] }, measured).left(runs),
      },
      dataset: images.name,
    };
  }

  private async run({ id, comparison: given, dataset, backend }: RunPayload): Promise<void> {
    const held = await lease('comparison', id);
    if (!held)
      throw new Refusal(
        'runs-elsewhere',
        'This comparison is running in another tab already.',
        'Watch it there, or stop it there first.',
      );
    const { store, obstacle } = await openComparisons();
    try {
      const stored = store.kind === 'indexeddb' ? await store.get(id) : undefined;
      const comparison = stored?.comparison ?? given;
      const keep = this.keeper(
        id,
        store,
        stored ? null : (obstacle ?? 'the browser had no storage for it'),
      );
      const images = await this.load(dataset);
      if (images.name !== comparison.dataset) {
        throw new Refusal(
          'other-data',
          `This comparison uses the data set \u201c${comparison.dataset}\u201d, and the lab has \u201c${images.name}\u201d.`,
          'Add that data set under Data, then resume.',
        );
      }
      await this.carryOut(comparison, stored?.failures ?? [], images, backend, keep);
    } finally {
      store.close();
      held.release();
      // Its lock is free: what the list offers changes.
      tellComparisonNews({ id });
    }
  }

  private async carryOut(
    comparison: Comparison,
    failed: readonly RunFailure[],
    dataset: AnyDataset,
    backend: BackendChoice,
    keep: (change: ComparisonChange, found?: Found) => Promise<void>,
  ): Promise<void> {
    let runs = comparison.runs;
    let failures = [...failed];
    await carryOut({
      comparison,
      dataset,
      device: this.deviceOf(backend),
      control: this.control,
      measured:
        this.measured?.key === this.keyOf(comparison, backend) ? this.measured.measured : null,
      onProgress: (progress) => this.emit({ type: 'progress', progress }),
      onPause: (paused) => this.emit({ type: paused ? 'paused' : 'resumed' }),
      onResult: async ({ result, architecture }) => {
        runs = [...runs, result];
        failures = failures.filter((failure) => !sameRun(failure, result));
        await keep(
          { comparison: { ...comparison, runs }, failures },
          asFound(result, architecture),
        );
        this.emit({ type: 'run-finished', result, architecture });
      },
      onFailure: async (failure) => {
        failures = [...failures.filter((other) => !sameRun(other, failure)), failure];
        await keep({ failures });
        this.emit({ type: 'run-failed', failure });
      },
    });
  }

  /** Writes to the store; where that fails, the runs go on, and the next write brings along what this one had. */
  private keeper(
    id: string,
    store: ComparisonStore,
    obstacle: string | null,
  ): (change: ComparisonChange, found?: Found) => Promise<void> {
    this.emit({ type: 'keeping', obstacle });
    if (obstacle !== null) return () => Promise.resolve();
    let waiting: ComparisonChange = {};
    let found: Found[] = [];
    return async (change, one) => {
      waiting = { ...waiting, ...change };
      if (one) found.push(one);
      try {
        await store.update(id, { ...waiting, updated: Date.now() }, found);
        waiting = {};
        found = [];
        tellComparisonNews({ id });
        this.emit({ type: 'keeping', obstacle: null });
      } catch (error) {
        this.emit({ type: 'keeping', obstacle: whyNotStored(error) });
      }
    };
  }

  /** A timing holds for other methods, targets and seeds too. */
  private keyOf(
    { settings, training }: Pick<Comparison, 'settings' | 'training'>,
    backend: BackendChoice,
  ): string {
    return JSON.stringify([settings, training, backend, this.images?.key]);
  }

  private deviceOf(backend: BackendChoice): Device {
    if (this.device?.backend !== backend) {
      this.device?.device.drop();
      this.device = { backend, device: new Device((lost) => createStepper(backend, lost)) };
    }
    return this.device.device;
  }

  private load(source: DatasetSource): Promise<AnyDataset> {
    const key = JSON.stringify(source);
    if (this.images?.key !== key) {
      const loading = loadSource(
        source,
        atSteps((loaded, total) => this.emit({ type: 'loading', loaded, total })),
      );
      this.images = { key, loading };
      loading.catch(() => (this.images = null));
    }
    return this.images.loading;
  }
}

/** Why no device could be opened, rather than that none could. */
async function withCause<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof NoDevice ? error.cause : error;
  }
}
