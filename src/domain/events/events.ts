/**
 * The one event stream of a search. The dashboard, the log, the stored run and the shell are folds over it;
 * every event is plain JSON.
 * Over 250 lines: it is one list.
 */
import type { Granularity } from '../granularities.ts';
import type { OperationName } from '../operations/registry.ts';
import type { SearchSettings } from '../settings/schema.ts';
import type { Architecture } from '../architecture/schema.ts';
import type { ForkChange } from './ancestry.ts';
import type { Steering } from './steering-schema.ts';

/** Surviving and all units of one granularity. */
export interface UnitCount {
  left: number;
  total: number;
}
export type GranularityCounts = Record<Granularity, UnitCount>;

export interface ParameterCounts {
  /** Parameters in the compacted tensors, stem and head included. */
  dense: number;
  /** Of these, not masked at the weight level: what is compared with the target. */
  active: number;
}

/** A candidate operation's place. */
export interface UnitPlace {
  cell: number;
  edge: number;
  from: number;
  to: number;
  operation: OperationName;
}

export interface CellSummary {
  cell: number;
  stage: number;
  counts: GranularityCounts;
  parameters: ParameterCounts;
}

/** Bins of a histogram of weights. */
export const histogramBins = 24;
/** `FilterUnits.gates` are integers of this scale: ten thousand is an importance of 1. */
export const gateScale = 10_000;

/**
 * Why a unit is alive or gone, one letter a unit in `causes` strings. A letter holds for the moment of its event: of a
 * unit that went earlier, the last event that has another letter than `gone` says why.
 */
export const unitCauses = {
  /** Alive: its importance exceeds its threshold, or no threshold judges at this moment. */
  above: 'a',
  /** Alive as the last one of its node, convolution or array, though it does not exceed its threshold. */
  last: 'l',
  /** Alive under its threshold: a user protects it. */
  protected: 'p',
  /** Alive under its threshold: the masks of its cell are held, since re-pruning is off. */
  held: 'h',
  /** Gone at this moment: its importance does not exceed its threshold. */
  threshold: 't',
  /** Gone at this moment: a user pruned it, or the operation that it belongs to. */
  hand: 'u',
  /** Filters: gone at this moment with their operation, which its threshold pruned. */
  operation: 'o',
  /** Gone before this moment. */
  gone: 'g',
} as const;
export type UnitCause = keyof typeof unitCauses;

/** The filters of a preprocess or of one block of a candidate operation, those that its thresholds judged. */
export interface FilterUnits {
  /** Candidate, edge * operations + operation; null = a preprocess. */
  unit: number | null;
  /** Preprocess 0 or 1, or block 0 or 1. */
  part: number;
  /** Original ids of the filters, ascending; null = all of them. Those pruned at earlier commits are absent. */
  ids: number[] | null;
  /** Importances, sigmoid(gate logit) * `gateScale`, rounded. */
  gates: number[];
  threshold: number;
  /** A digit a filter, 1 = its own mask keeps it. */
  alive: string;
  /** A letter of `unitCauses` a filter; absent in older runs. */
  causes?: string;
}

/** The maskable weights of a candidate operation, those in its compacted tensors. */
export interface WeightUnits {
  unit: number;
  threshold: number;
  /** Counts of magnitudes in `histogramBins` bins of this width from 0, by mask. */
  width: number;
  alive: number[];
  masked: number[];
  /** Of the unpruned candidate: what is neither alive nor masked went with filters, here or of the cells before. */
  total: number;
  /** Weights alive as the last of their array, though they do not exceed the threshold; absent in older runs. */
  last?: number;
}

/** Importances and thresholds of one cell's units. */
export interface CellUnits {
  cell: number;
  /** Of all candidates, at edge * operations + operation; pruned ones keep what they had when they went. */
  operations: {
    importances: number[];
    thresholds: number[];
    alive: string;
    /** A letter of `unitCauses` a candidate; absent in older runs. */
    causes?: string;
  };
  filters: FilterUnits[];
  weights: WeightUnits[];
}

interface Base {
  /** Training steps done so far. */
  step: number;
  /** Milliseconds since the search was started, pauses excluded. */
  time: number;
}

export type SearchPhase = 'compiling' | 'warm-up' | 'search' | 'scoring' | 'evaluating';

export type SearchEvent = Base &
  (
    | {
        type: 'started';
        settings: SearchSettings;
        dataset: {
          name: string;
          classes: number;
          classNames: string[];
          trainImages: number;
          validationImages: number;
        };
        backend: string;
        engineVersion: string;
        /** Parameters of the whole super-net before any pruning. */
        superNetParameters: number;
        /** Most steps the search can take. */
        maxSteps: number;
      }
    /** `stage` counts from 0; the joint stage over all cells is `stages`. */
    | {
        type: 'stage-started';
        stage: number;
        joint: boolean;
        firstCell: number;
        lastCell: number;
        parameters: ParameterCounts;
        /** The stage ends at or under this many parameters. */
        goalParameters: number;
        maxSteps: number;
      }
    | { type: 'phase'; stage: number; phase: SearchPhase }
    | {
        type: 'step';
        stage: number;
        /** Within the stage, from 0. */
        epoch: number;
        crossEntropy: number;
        sizeRegularizer: number;
        thresholdRegularizer: number;
        gradientNorm: number;
        /** Share of the batches' images classified correctly, and how many these are (absent in older runs). */
        accuracy: number;
        images?: number;
        lambda: number;
        /** Mean milliseconds a step since the last such event. */
        msPerStep: number;
        memoryBytes: number;
        peakMemoryBytes: number;
        /**
         * Estimate of the milliseconds left, from steps timed on this device: where every stage takes as many epochs as it
         * may, and (absent in older runs) where every stage ends as soon as it can.
         */
        timeLeft: number;
        timeLeftLeast?: number;
      }
    | { type: 'epoch'; stage: number; epoch: number; phase: SearchPhase }
    /** After every search epoch, at a stage's start and after a regrowth: what is committed, or what a commit at this moment would leave. */
    | {
        type: 'ratios';
        stage: number;
        committed: boolean;
        counts: GranularityCounts;
        /** One entry a stage of the super-net begun so far. */
        stages: { stage: number; counts: GranularityCounts; parameters: ParameterCounts }[];
        cells: CellSummary[];
        parameters: ParameterCounts;
      }
    /** Follows every `ratios`: each unit against its threshold, as the thresholds judged at that moment. */
    | { type: 'units'; stage: number; committed: boolean; cells: CellUnits[] }
    /**
     * What each level pruned by itself at a commit: operations, and how many filters and weights by cell (not those that
     * went with their operation or filter). `reprune` = of an earlier stage. Absent where nothing was pruned.
     */
    | {
        type: 'pruned';
        stage: number;
        operations: (UnitPlace & { importance: number; threshold: number; reprune: boolean })[];
        filters: { cell: number; count: number; reprune: boolean }[];
        weights: { cell: number; count: number; reprune: boolean }[];
      }
    | {
        type: 'committed';
        stage: number;
        round: number;
        counts: GranularityCounts;
        parameters: ParameterCounts;
        lambda: number;
        /** Device bytes before and after the compaction. */
        memoryBefore: number;
        memoryAfter: number;
      }
    | {
        type: 'regrown';
        stage: number;
        operations: (UnitPlace & { cellScore: number; typeScore: number })[];
      }
    | {
        type: 'evaluated';
        stage: number;
        split: 'validation' | 'test';
        accuracy: number;
        loss: number;
        images: number;
        parameters: number;
      }
    | {
        type: 'stage-finished';
        stage: number;
        reason: 'goal-reached' | 'nothing-pruned' | 'max-epochs';
        parameters: ParameterCounts;
        peakMemoryBytes: number;
      }
    | { type: 'checkpoint'; stage: number }
    /**
     * A user's change; `refusal` = why it was not made. `unit`: how an operation stood that was pruned by hand (`reprune`:
     * of an earlier stage). Optional fields are absent in older runs.
     */
    | {
        type: 'steered';
        stage: number;
        change: Steering;
        refusal: string | null;
        unit?: { importance: number; threshold: number; reprune: boolean };
        /** It follows from the change before it, and was not asked for: room for a lower target. */
        automatic?: boolean;
        /** Most steps that the search can take from now on, where the change moves them. */
        maxSteps?: number;
      }
    /**
     * The run is a fork: the events up to here are its parent's, and from here on these settings hold. `changes` names what
     * differs, `maxSteps` is the most steps that it can take in all.
     */
    | {
        type: 'forked';
        stage: number;
        parent: { id: string; name: string };
        changes: ForkChange[];
        settings: SearchSettings;
        maxSteps: number;
      }
    | { type: 'paused' }
    | { type: 'resumed' }
    | { type: 'device-lost'; message: string }
    | {
        type: 'finished';
        targetReached: boolean;
        /** On the validation part, of so many images (absent in older runs). */
        accuracy: number;
        images?: number;
        parameters: ParameterCounts;
        architecture: Architecture;
      }
    | { type: 'stopped'; architecture: Architecture | null }
    | { type: 'failed'; code: string; message: string; advice: string }
  );

export type SearchEventType = SearchEvent['type'];
