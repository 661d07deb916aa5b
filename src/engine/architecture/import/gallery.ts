/** Networks of published cells: as their papers report them, or at the size of another network. */
import { ArchitectureError } from '../../../domain/architecture/schema.ts';
import { countParameters } from '../../granularity/count.ts';
import { nameOf, structureOf } from './darts-genotype.ts';
import type { Imported, ImportOptions } from './form.ts';
import { checkOptions } from './form.ts';
import { forImages, openPublishedChain, openPublishedChainLike } from './gallery-chains.ts';
import type { Like } from './gallery-chains.ts';
import { readGenotype } from './genotype.ts';
import type { PublishedNetwork } from '../../../domain/architecture/published-cells.ts';
import { buildArchitecture, networkOfStructure } from './structure.ts';

/** The network of the paper, unless the options set another size. @throws ArchitectureError */
export function openPublished(cell: PublishedNetwork, options: ImportOptions = {}): Imported {
  checkOptions(options);
  if ('chain' in cell) return openPublishedChain(cell, options);
  const genotype = readGenotype(cell.genotype);
  const network = genotype.kind === 'cells' ? { channels: cell.network.channels } : cell.network;
  const structure = {
    ...structureOf(genotype, { ...network, ...options }),
    origin: { form: 'published', name: cell.id, source: `${cell.source}, ${cell.link}` },
  };
  return { architecture: buildArchitecture(structure), name: nameOf(structure) };
}

export {
  publishedCell,
  publishedCells,
  publishedNetwork,
  publishedNetworks,
} from '../../../domain/architecture/published-cells.ts';

/**
 * The same cell at the size of another network: for its images and classes, with as many cells (at least three), and the
 * channels at which the active parameters come nearest. A genotype of whole cells keeps their number and widths.
 */
export function openPublishedLike(cell: PublishedNetwork, like: Like): Imported {
  if ('chain' in cell) return openPublishedChainLike(cell, like);
  const { imageSize, imageChannels, classes } = like.dataset;
  const shape = { imageSize, imageChannels, classes };
  const genotype = readGenotype(cell.genotype);
  if (genotype.kind === 'cells')
    throw new ArchitectureError(
      `${cell.id} lists the widths of every cell and has only one size; choose another published cell`,
    );
  const cells = Math.min(40, Math.max(3, like.cells.length));
  const sizeAt = (channels: number): number =>
    countParameters(networkOfStructure(structureOf(genotype, { ...shape, cells, channels })))
      .active;
  let [low, high] = [1, 256];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (sizeAt(middle) < like.parameters.active) low = middle + 1;
    else high = middle;
  }
  const distance = (channels: number): number =>
    Math.abs(sizeAt(channels) - like.parameters.active);
  const channels = low > 1 && distance(low - 1) <= distance(low) ? low - 1 : low;
  return forImages(openPublished(cell, { ...shape, cells, channels }), like);
}
