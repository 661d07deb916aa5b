/** What a search space is, to all that knows no space: one file of settings, one entry in `registry.ts`. */
import type * as v from 'valibot';
import type { Architecture } from '../architecture/schema.ts';
import type { FilterGroup, FoundUnits, NetworkPlan, UnitMasks } from './plan.ts';
import type { CellShape, Edge, Given, ImageShape, Layout, SpaceShape } from './shape.ts';
import type { SpaceId, SpaceSettings } from './settings.ts';

export interface Space<Settings extends SpaceSettings = SpaceSettings> {
  readonly id: SpaceId;
  readonly label: string;
  /** The page draws and searches it. */
  readonly onPage: boolean;
  readonly schema: v.GenericSchema<unknown, Settings>;
  /** What its settings demand of each other, and of images of `imageSize` pixels a side; paths begin with `space.`. */
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
