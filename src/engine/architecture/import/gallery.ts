/** Networks of published cells: as their papers report them, or at the size of another network. */
import { ArchitectureError } from '../../../domain/architecture/schema.ts';
import type { Architecture } from '../../../domain/architecture/schema.ts';
import { countParameters } from '../../granularity/count.ts';
import { nameOf, structureOf } from './darts-genotype.ts';
import type { Imported, ImportOptions } from './form.ts';
import { checkOptions } from './form.ts';
import { readGenotype } from './genotype.ts';
import type { PublishedCell } from '../../../domain/architecture/published-cells.ts';
import { buildArchitecture, networkOfStructure } from './structure.ts';

/** The network of the paper, unless the options say otherwise. @throws ArchitectureError */
export function openPublished(cell: PublishedCell, options: ImportOptions = {}): Imported {
  checkOptions(options);
  const genotype = readGenotype(cell.genotype);
  const network = genotype.kind === 'cells' ? { channels: cell.network.channels } : cell.network;
  const structure = {
    ...structureOf(genotype, { ...network, ...options }),
    origin: { form: 'published', name: cell.id, source: `${cell.source}, ${cell.link}` },
  };
  return { architecture: buildArchitecture(structure), name: nameOf(structure) };
}

export { publishedCell, publishedCells } from '../../../domain/architecture/published-cells.ts';

type Like = Pick<Architecture, 'dataset' | 'parameters' | 'cells'>;

/**
 * The same cell at the size of another network: for its images and classes, with as many cells (at least three), and the
 * channels at which the active parameters come nearest. A genotype of whole cells keeps their number and widths.
 */
export function openPublishedLike(cell: PublishedCell, like: Like): Imported {
  const { imageSize, imageChannels, classes, classNames, name: dataset } = like.dataset;
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
  const { architecture, name } = openPublished(cell, { ...shape, cells, channels });
  return {
    architecture: {
      ...architecture,
      dataset: { ...architecture.dataset, name: dataset, classNames: [...classNames] },
    },
    name,
  };
}
