/** On how many images a comparison tests. */
import { shippedSets } from '../../../domain/shipped-sets.ts';
import type { Comparison } from '../../../engine/baselines/results.ts';

/** @returns null where all of a set's test images were taken and the set is not one of the lab's own. */
export function testImagesOf({
  training,
  dataset,
}: Pick<Comparison, 'training' | 'dataset'>): number | null {
  if (training.testImages > 0) return training.testImages;
  return Object.values(shippedSets).find(({ name }) => name === dataset)?.test ?? null;
}
