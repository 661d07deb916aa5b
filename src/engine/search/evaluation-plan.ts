/** How much an evaluation looks at. Plain numbers, so that the page can reckon with them without the engine. */
import type { SearchData } from '../data.ts';

/** Training batches that the running averages of batch norm settle on: docs/engine.md says how many are needed. */
export const settlingBatches = 16;
/** Held-out images that count within a search at least, where there are so many: a 95 % interval of some 4 points. */
const leastSample = 500;

/** `sample`: a fixed draw that takes no more time than the epoch before it; `all`: every held-out image. */
export type EvaluatedPart = 'sample' | 'all';

export function evaluatedImages(
  {
    trainImages,
    epochImages = trainImages,
    validationImages,
  }: Pick<SearchData, 'trainImages' | 'epochImages' | 'validationImages'>,
  part: EvaluatedPart,
): number {
  return part === 'all'
    ? validationImages
    : Math.min(validationImages, Math.max(leastSample, epochImages));
}
