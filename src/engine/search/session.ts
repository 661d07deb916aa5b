/**
 * What the parts of a running search share: its inputs, where it stands, and how it speaks.
 * Over 250 lines: one class is one search under way.
 */
import {
  addCounts,
  addParameters,
  countParameters,
  summarizeCells,
  superNetTotals,
  unitParameters,
} from '../granularity/count.ts';
import type { Totals } from '../granularity/count.ts';
import type { Discretization } from '../granularity/live.ts';
import type { Network } from '../granularity/network.ts';
import type { SearchSettings } from '../../domain/settings/schema.ts';
import { evaluationForm } from '../../domain/architecture/schema.ts';
import { createSpace } from '../../domain/spaces/registry.ts';
import type { SpaceShape } from '../../domain/spaces/cells.ts';
import type { StepMetrics, Stepper } from '../supernet/stepper.ts';
import type { SearchData } from '../data.ts';
import type { SearchOptions } from './api.ts';
import { stageEndsOf } from './checkpoint-state.ts';
import type { Checkpoint, Lineage, StageProgress } from './checkpoint-state.ts';
import { Control } from './control.ts';
import type { SearchEvent } from '../../domain/events/events.ts';
import { stageWork } from './forecast.ts';
import { initialLambda } from './lambda.ts';
import type { LambdaState } from './lambda.ts';
import { maxEpochs, planStages } from './schedule.ts';
import type { Stage } from './schedule.ts';
import type { Steering } from '../../domain/events/steering-schema.ts';
import { describeUnits } from './units.ts';
import type { Judgement } from './units.ts';

type WithoutBase<E> = E extends unknown ? Omit<E, 'step' | 'time'> : never;
/** An event before the session adds when it happened. */
export type EventBody = WithoutBase<SearchEvent>;

/** What is done to a session from outside it; without these it is neither steered nor stored. */
export interface SessionParts {
  readonly steer: (session: Session, steering: Steering) => Promise<void>;
  readonly takeCheckpoint: (session: Session, stageOver: boolean) => Promise<Checkpoint>;
}

export class Session {
  /** Replaced when the user steers. */
  settings: SearchSettings;
  readonly data: SearchData;
  readonly stepper: Stepper;
  readonly control: Control;
  readonly space: SpaceShape;
  readonly totals: Totals;
  /** Planned anew when the user steers the length of one. */
  stages: readonly Stage[];
  /** What was loaded or read back last; null before the first stage. */
  network: Network | null = null;
  stage: Stage;
  /** Training steps and epochs done, in all and in this stage. */
  steps = 0;
  epochs = 0;
  stageEpochs = 0;
  progress: StageProgress = {
    phase: 'warm-up',
    step: 0,
    initial: 0,
    round: 0,
    idle: 0,
    prunedOperations: 0,
    scored: 0,
  };
  /** Events emitted. */
  events = 0;
  /** Counts the times that something fresh was drawn: see `migrateParameters`. */
  generation = 0;
  lambda: LambdaState;
  /** Averages over the steps of the last report. */
  recent: StepMetrics | null = null;
  /** Of the stage's last evaluation; null before it. And over how many images; null in older checkpoints. */
  accuracy: number | null = null;
  accuracyImages: number | null = null;
  msPerStep = 0;
  /** See `stageWork`. */
  readonly fullWork: readonly number[];
  readonly options: SearchOptions;
  /** Of a fork. */
  readonly lineage: Lineage | null;
  private readonly steerings: Steering[] = [];
  private readonly protected_ = new Set<string>();
  /** Step of the last checkpoint. */
  private checkpointed = 0;
  private loaded = false;
  private readonly listener: SearchOptions['emit'];

  /** @throws RangeError when the settings contradict each other. */
  constructor(
    options: SearchOptions,
    private readonly parts: SessionParts | null = null,
  ) {
    const { data, stepper, emit, now, resumeFrom } = options;
    const settings = resumeFrom?.settings ?? options.settings;
    this.options = options;
    this.lineage = resumeFrom?.lineage ?? null;
    this.settings = settings;
    this.data = data;
    this.stepper = stepper;
    this.listener = emit;
    this.control = new Control(
      now ?? (() => performance.now()),
      (paused) => this.emit({ type: paused ? 'paused' : 'resumed' }),
      resumeFrom?.time,
    );
    this.space = createSpace(
      settings.space,
      { size: data.imageSize, channels: data.imageChannels, classes: data.classNames.length },
      resumeFrom
        ? { stageEnds: stageEndsOf(resumeFrom), outcome: resumeFrom.outcome }
        : { outcome: evaluationForm },
    );
    this.totals = superNetTotals(this.space);
    this.fullWork = stageWork(this.space, settings);
    this.stages = this.plan();
    this.stage = this.stages[0]!;
    this.lambda = initialLambda(settings.regularizer);
  }

  private plan(): readonly Stage[] {
    const { oneStage } = this.options.variant ?? {};
    return planStages(this.space, this.settings).filter(({ joint }) => joint || !oneStage);
  }

  /** In place of the settings so far. */
  change(settings: SearchSettings): void {
    this.settings = settings;
    this.stages = this.plan();
    this.stage = this.stages.find(({ index }) => index === this.stage.index)!;
  }

  /** What to do before the next step; a paused search does it at once. */
  steer(steering: Steering): void {
    this.steerings.push(steering);
    this.control.nudge();
  }

  /** Before every training step. */
  readonly betweenSteps = async (): Promise<void> => {
    for (let next = this.steerings.shift(); next; next = this.steerings.shift())
      await this.parts?.steer(this, next);
  };

  protect(cell: number, unit: number, on: boolean): void {
    if (on) this.protected_.add(`${cell}:${unit}`);
    else this.protected_.delete(`${cell}:${unit}`);
  }

  get protectedUnits(): [cell: number, unit: number][] {
    return [...this.protected_].map((key) => key.split(':').map(Number) as [number, number]);
  }

  emit(body: EventBody): void {
    this.events++;
    this.listener({ ...body, step: this.steps, time: this.control.time } as SearchEvent);
  }

  get maxSteps(): number {
    return maxEpochs(this.stages) * this.data.stepsPerEpoch;
  }

  /** @throws Error before the first stage: a defect in the caller. */
  get current(): Network {
    if (!this.network) throw new Error('no stage has started');
    return this.network;
  }

  /** Puts a network on the device. */
  async load(network: Network): Promise<void> {
    const { batchSize, granularities, regularizer, halfFloats } = this.settings;
    await this.stepper.load(network.plan, network.parameters, {
      batchSize,
      granularities,
      halfFloats,
      ...(!regularizer.softCount && { fixedCounts: unitParameters(network) }),
    });
    this.network = network;
    this.loaded = true;
  }

  /** A network that a stage to come will load. */
  setUnloaded(network: Network): void {
    this.network = network;
    this.loaded = false;
  }

  /** Reads the trained parameters back, where they are on the device. */
  async pull(): Promise<Network> {
    if (this.loaded) this.network = { ...this.current, parameters: await this.stepper.read() };
    return this.current;
  }

  /** At a commit or a stage's end. @param stageOver the next stage begins after it. */
  async checkpoint(stageOver: boolean): Promise<void> {
    const { onCheckpoint } = this.options;
    if (!onCheckpoint || !this.parts) return;
    this.checkpointed = this.steps;
    this.emit({ type: 'checkpoint', stage: this.stage.index });
    onCheckpoint(await this.parts.takeCheckpoint(this, stageOver));
  }

  /** Within an epoch, every `checkpointEvery` steps. */
  async checkpointIfDue(): Promise<void> {
    const { checkpointEvery = Infinity } = this.options;
    if (this.steps - this.checkpointed >= checkpointEvery) await this.checkpoint(false);
  }

  /** Puts a changed structure on the device in the middle of an epoch. */
  async replace(network: Network): Promise<void> {
    await this.stepper.readMetrics().then((metrics) => this.unreported.push(...metrics));
    await this.load(network);
  }

  /** Metrics of this report's steps that were read already. */
  unreported: StepMetrics[] = [];

  /** Which levels prune, and which cells' masks are held: those of earlier stages, where re-pruning is off. */
  get discretization(): Discretization {
    const { firstCell } = this.stage;
    return {
      granularities: this.settings.granularities,
      held: this.settings.reevaluation.reprune ? () => false : (cell) => cell < firstCell,
      kept: (cell, unit) => this.protected_.has(`${cell}:${unit}`),
    };
  }

  /**
   * @param committed false: `network` is what a commit at this moment would leave.
   * @param judgement what it was left of, where anything was judged: pruned units are still there to be seen.
   */
  emitRatios(network: Network, committed: boolean, judgement?: Judgement): void {
    const cells = summarizeCells(network, this.totals);
    const begun = [...new Set(cells.map(({ stage }) => stage))];
    this.emit({
      type: 'ratios',
      stage: this.stage.index,
      committed,
      counts: addCounts(cells.map(({ counts }) => counts)),
      stages: begun.map((stage) => {
        const own = cells.filter((cell) => cell.stage === stage);
        return {
          stage,
          counts: addCounts(own.map(({ counts }) => counts)),
          parameters: addParameters(own.map(({ parameters }) => parameters)),
        };
      }),
      cells,
      parameters: countParameters(network),
    });
    this.emit({
      type: 'units',
      stage: this.stage.index,
      committed,
      cells: describeUnits(network, judgement),
    });
  }
}
