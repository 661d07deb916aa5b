/** What a search would begin with, from its settings alone: shown before Start. */
import { describeSuperNet } from '../../domain/counts.ts';
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

export interface PlannedNetwork {
  readonly cells: number;
  readonly operations: number;
  readonly parameters: number;
}

/** Bytes on the device before any activation: 32-bit weights, gradients and momentum. */
export const leastMemory = ({ parameters }: Pick<PlannedNetwork, 'parameters'>): number =>
  3 * 4 * parameters;

/** @returns null where the settings contradict each other. */
export function plannedNetwork(
  settings: SearchSettings,
  images: { channels: number; classes: number },
): PlannedNetwork | null {
  try {
    const { cells, stageParameters } = describeSuperNet(settings, {
      size: settings.data.imageSize,
      ...images,
    });
    return {
      cells: cells.length,
      operations: cells.reduce((sum, { candidates }) => sum + candidates.length, 0),
      parameters: stageParameters.at(-1) ?? 0,
    };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
