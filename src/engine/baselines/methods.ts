/**
 * What MGAS is compared with: one engine, with switches. Every method searches the same space with the same data, steps,
 * optimizers and seeds, and its architectures are trained by the same recipe.
 */
import { countParameters } from '../granularity/count.ts';
import type { Network } from '../granularity/network.ts';
import type { SearchSettings } from '../../domain/settings/schema.ts';
import { evaluationForm } from '../../domain/architecture/schema.ts';
import { createSpace, stageCount } from '../../domain/spaces/registry.ts';
import { buildPlan, fullMasks } from '../../domain/spaces/build-plan.ts';
import { migrateParameters } from '../supernet/parameters.ts';
import type { SearchVariant } from '../search/api.ts';
import { pruneByRatios, pruneFilters } from './ratios.ts';
import type { MethodName } from './results.ts';

export interface ImageShape {
  readonly size: number;
  readonly channels: number;
  readonly classes: number;
}

/** How a method searches; null: it does not. */
export interface SearchPlan {
  readonly settings: SearchSettings;
  readonly variant: SearchVariant;
}

/** Shares that the fixed-ratio practice keeps of every layer's filters, and at most of its weights. */
export const fixedRatios = { filters: 0.7, weights: 0.7 };

/** @param settings with the target as `targetParameters`. @returns null for random architectures. */
export function planSearch(
  method: MethodName,
  settings: SearchSettings,
  image: ImageShape,
): SearchPlan | null {
  const levels = (operation: boolean, filter: boolean, weight: boolean): SearchPlan => ({
    settings: { ...settings, granularities: { operation, filter, weight } },
    variant: {},
  });
  switch (method) {
    case 'mgas':
      return { settings, variant: {} };
    case 'operation-only':
      return levels(true, false, false);
    case 'filter-only':
      return levels(false, true, false);
    case 'weight-only':
      return levels(false, false, true);
    case 'fixed-ratio':
      return planFixedRatio(levels(true, false, false), settings.targetParameters, image);
    case 'one-stage':
      return { settings: oneStage(settings), variant: { oneStage: true } };
    case 'no-reevaluation':
      return {
        settings: {
          ...settings,
          reevaluation: { ...settings.reevaluation, reprune: false, regrowShare: 0 },
        },
        variant: {},
      };
    case 'random':
      return null;
  }
}

/** All cells from the start, for as many epochs as the stages may take together. */
function oneStage(settings: SearchSettings): SearchSettings {
  const { space, stage, joint, reevaluation } = settings;
  const stages = stageCount(space);
  const maxEpochs =
    stages * stage.maxEpochs + (stages - 1) * reevaluation.scoringEpochs + joint.maxEpochs;
  return { ...settings, joint: { warmUpEpochs: stage.warmUpEpochs, maxEpochs } };
}

/**
 * An operation search to a size from which the fixed ratios lead to the target; then the ratios. Where the search ends
 * above that size, more weights go: the method always meets its target, as a hand would see to it.
 */
function planFixedRatio({ settings }: SearchPlan, target: number, image: ImageShape): SearchPlan {
  const network = superNet(settings, image);
  const full = countParameters(network).active;
  const kept = countParameters(
    pruneByRatios(pruneFilters(network, fixedRatios.filters), { weights: fixedRatios.weights }),
  ).active;
  const operations = Math.max(target, Math.round((target * full) / kept));
  return {
    settings: { ...settings, targetParameters: operations },
    variant: {
      finish: (found) =>
        pruneByRatios(pruneFilters(found, fixedRatios.filters), {
          weights: fixedRatios.weights,
          target,
        }),
    },
  };
}

/** Unpruned, freshly drawn, in the form in which it is trained. */
export function superNet(settings: SearchSettings, image: ImageShape): Network {
  const space = createSpace(settings.space, image, { form: evaluationForm });
  const masks = fullMasks(space);
  const plan = buildPlan(space, masks, space.cells.length - 1, space.stageEnds.length - 1);
  return { plan, masks, parameters: migrateParameters(plan.table, null, settings.seed, 0) };
}
