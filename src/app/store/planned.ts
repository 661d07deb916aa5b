/** What a search would begin with, from its settings alone: shown before Start. */
import { planSuperNet } from '../../domain/counts.ts';
import type { Demand } from '../../domain/counts.ts';
import type { SearchSettings, SpaceSettings } from '../../domain/settings/schema.ts';
import { placesOf } from '../../domain/spaces/registry.ts';
import type { Candidate } from './cell-units.ts';
import { untouched } from './units.ts';

/** Every candidate operation of a cell, alive; importances begin at sigmoid(0), thresholds at 0. */
export function plannedCandidates(space: SpaceSettings): Candidate[] {
  return placesOf(space).map((place) => ({
    ...place,
    importance: 0.5,
    threshold: 0,
    alive: true,
    cause: null,
    state: untouched,
  }));
}

export interface PlannedNetwork extends Demand {
  readonly cells: number;
  readonly operations: number;
  readonly parameters: number;
}

/** @returns null where the settings contradict each other. */
export function plannedNetwork(
  settings: SearchSettings,
  images: { channels: number; classes: number },
): PlannedNetwork | null {
  try {
    const { superNet, demand } = planSuperNet(settings, {
      size: settings.data.imageSize,
      channels: images.channels,
      classes: images.classes,
    });
    const { cells, stageParameters } = superNet;
    return {
      ...demand,
      cells: cells.length,
      operations: cells.reduce((sum, { candidates }) => sum + candidates.length, 0),
      parameters: stageParameters.at(-1) ?? 0,
    };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
