/** What a search space is, to all that knows no space: one file of settings, one entry in `registry.ts`. */
import type * as v from 'valibot';
import type { Architecture } from '../architecture/schema.ts';
import type { FilterGroup, FoundUnits, NetworkPlan, UnitMasks } from './plan.ts';
import type { CellShape, Edge, Given, ImageShape, Layout, SpaceShape } from './shape.ts';
import type { SpaceId, SpaceSettings } from './settings.ts';

/** What its parts are called wherever they are shown. */
export interface SpaceWords {
  /** What follows one another in it (`Layout.cells`): one of them, and several. */
  readonly part: 'cell' | 'layer';
  readonly parts: 'cells' | 'layers';
  /** What adds up the candidates that cannot all be pruned. */
  readonly sum: 'node' | 'layer';
  /** What parts that share their channels are together; null: every part stands alone. */
  readonly group: 'group' | null;
  /** A part beyond its number. */
  readonly describe: (shape: CellShape) => string;
  /** Filters under one threshold, as a title. @param unit null: they belong to no candidate. */
  readonly filters: (unit: number | null, part: number) => string;
  /** Those of no candidate, as the label of a row, and all of them as its heading. */
  readonly ownFilters: (part: number) => string;
  readonly ownFiltersTitle: string;
  /** Which groups of a candidate are drawn above one another. */
  readonly filterRows: string;
}

export interface Space<Settings extends SpaceSettings = SpaceSettings> {
  readonly id: SpaceId;
  readonly label: string;
  readonly schema: v.GenericSchema<unknown, Settings>;
  /** What its settings demand of each other, and of images of `imageSize` pixels per side; paths begin with `space.`. */
  readonly problems: (
    settings: Settings,
    imageSize: number,
  ) => Iterable<{ readonly path: string; readonly message: string }>;
  /**
   * Its cells over square images, also of settings that contradict each other.
   * @param stageEnds last cell of each stage, where a network states them.
   */
  readonly layout: (settings: Settings, imageSize: number, stageEnds?: readonly number[]) => Layout;
  /** @throws RangeError when the settings contradict each other. */
  readonly create: (settings: Settings, image: ImageShape, given?: Given) => SpaceShape<Settings>;
  /** Last cell of each stage in searches whose checkpoints do not state it (version 1). */
  readonly formerStageEnds: (settings: Settings) => readonly number[];
  /** The states that an edge of a cell joins, whatever the settings. */
  readonly edgePlace: (edge: number) => Pick<Edge, 'from' | 'to'>;
  /** A state inside a cell, as people write it. */
  readonly stateName: (state: number) => string;
  readonly words: SpaceWords;
  /** Filters of a group before any was pruned. @param unit null: it belongs to no candidate. */
  readonly filterWidth: (
    settings: Settings,
    shape: CellShape,
    unit: number | null,
    part: number,
  ) => number;
  /** What else changes with one of its settings, so that they agree again. @param changed its name. */
  readonly follow: (settings: Settings, changed: string) => Settings;
  /** The space in a line. */
  readonly summary: (settings: Settings) => string;
  /** The same space, searched in one stage. */
  readonly inOneStage: (settings: Settings) => Settings;
  /** The same space with `factor` times as many channels, and how many it may have at most. */
  readonly widened: (settings: Settings, factor: number) => Settings;
  readonly channels: (settings: Settings) => { readonly now: number; readonly most: number };
  /** Everything in a cell that has filters. */
  readonly filterGroups: (space: SpaceShape<Settings>, cell: CellShape) => FilterGroup[];
  /**
   * Emits the graph that trains cells 0..endCell under the head of `stage`. Physically absent from it: committed-pruned
   * operations and filters, and every weight that could only ever read a dead channel.
   * @param auxiliaryCell cell before the last, on which an auxiliary head stands; null = none.
   */
  readonly emit: (
    space: SpaceShape<Settings>,
    masks: UnitMasks,
    endCell: number,
    stage: number,
    auxiliaryCell: number | null,
  ) => NetworkPlan;
  /** The space, and what is left of it, as an architecture's JSON states them. @throws ArchitectureError */
  readonly read: (architecture: Architecture) => {
    readonly space: SpaceShape<Settings>;
    readonly units: FoundUnits;
  };
  /** Whether the JSON agrees with the network that it describes. @throws ArchitectureError */
  readonly check: (architecture: Architecture, plan: NetworkPlan) => void;
}
