/**
 * Published cells as reference points: what their papers print, as facts with their source. Genotypes in the notation of
 * DARTS' program, checked against the authors' repositories.
 */
import { ArchitectureError } from '../../../domain/architecture/schema.ts';
import type { Architecture } from '../../../domain/architecture/schema.ts';
import { countParameters } from '../../granularity/count.ts';
import { nameOf, structureOf } from './darts-genotype.ts';
import type { Imported, ImportOptions } from './form.ts';
import { checkOptions } from './form.ts';
import { readGenotype } from './genotype.ts';
import { mgDartsSmall } from './mg-darts-small.ts';
import { buildArchitecture, networkOfStructure } from './structure.ts';

export interface PublishedCell {
  readonly id: string;
  readonly label: string;
  readonly source: string;
  readonly link: string;
  /** Network on CIFAR-10 that the paper reports. */
  readonly network: { readonly cells: number; readonly channels: number };
  /** Parameters in millions and test error in percent, as the paper states them; null = not taken from it. */
  readonly reported: { readonly parameters: number; readonly testError: number } | null;
  readonly genotype: string;
  readonly note?: string;
}

const whole = { cells: 20, channels: 36 };

export const publishedCells: readonly PublishedCell[] = [
  {
    id: 'DARTS_V1',
    label: 'DARTS, first order',
    source: 'Liu, Simonyan, Yang: DARTS: Differentiable Architecture Search, ICLR 2019',
    link: 'https://arxiv.org/abs/1806.09055',
    network: whole,
    reported: { parameters: 3.3, testError: 3.0 },
    genotype: `DARTS_V1 = Genotype(
      normal=[('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('skip_connect', 0), ('sep_conv_3x3', 1),
              ('skip_connect', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('skip_connect', 2)],
      normal_concat=[2, 3, 4, 5],
      reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 0),
              ('max_pool_3x3', 0), ('skip_connect', 2), ('skip_connect', 2), ('avg_pool_3x3', 0)],
      reduce_concat=[2, 3, 4, 5])`,
  },
  {
    id: 'DARTS_V2',
    label: 'DARTS, second order',
    source: 'Liu, Simonyan, Yang: DARTS: Differentiable Architecture Search, ICLR 2019',
    link: 'https://arxiv.org/abs/1806.09055',
    network: whole,
    reported: { parameters: 3.3, testError: 2.76 },
    genotype: `DARTS_V2 = Genotype(
      normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('sep_conv_3x3', 1),
              ('sep_conv_3x3', 1), ('skip_connect', 0), ('skip_connect', 0), ('dil_conv_3x3', 2)],
      normal_concat=[2, 3, 4, 5],
      reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 1),
              ('max_pool_3x3', 0), ('skip_connect', 2), ('skip_connect', 2), ('max_pool_3x3', 1)],
      reduce_concat=[2, 3, 4, 5])`,
  },
  {
    id: 'PC_DARTS_cifar',
    label: 'PC-DARTS',
    source: 'Xu et al.: PC-DARTS: Partial Channel Connections, ICLR 2020',
    link: 'https://arxiv.org/abs/1907.05737',
    network: whole,
    reported: { parameters: 3.6, testError: 2.57 },
    genotype: `PC_DARTS_cifar = Genotype(
      normal=[('sep_conv_3x3', 1), ('skip_connect', 0), ('sep_conv_3x3', 0), ('dil_conv_3x3', 1),
              ('sep_conv_5x5', 0), ('sep_conv_3x3', 1), ('avg_pool_3x3', 0), ('dil_conv_3x3', 1)],
      normal_concat=range(2, 6),
      reduce=[('sep_conv_5x5', 1), ('max_pool_3x3', 0), ('sep_conv_5x5', 1), ('sep_conv_5x5', 2),
              ('sep_conv_3x3', 0), ('sep_conv_3x3', 3), ('sep_conv_3x3', 1), ('sep_conv_3x3', 2)],
      reduce_concat=range(2, 6))`,
  },
  {
    id: 'PDARTS',
    label: 'P-DARTS',
    source: 'Chen, Xie, Wu, Tian: Progressive Differentiable Architecture Search, ICCV 2019',
    link: 'https://arxiv.org/abs/1904.12760',
    network: whole,
    reported: { parameters: 3.4, testError: 2.5 },
    genotype: `PDARTS = Genotype(
      normal=[('skip_connect', 0), ('dil_conv_3x3', 1), ('skip_connect', 0), ('sep_conv_3x3', 1),
              ('sep_conv_3x3', 1), ('sep_conv_3x3', 3), ('sep_conv_3x3', 0), ('dil_conv_5x5', 4)],
      normal_concat=range(2, 6),
      reduce=[('avg_pool_3x3', 0), ('sep_conv_5x5', 1), ('sep_conv_3x3', 0), ('dil_conv_5x5', 2),
              ('max_pool_3x3', 0), ('dil_conv_3x3', 1), ('dil_conv_3x3', 1), ('dil_conv_5x5', 3)],
      reduce_concat=range(2, 6))`,
  },
  {
    id: 'MG_DARTS_small',
    label: 'MG-DARTS, small',
    source: 'Liu, Saxena, Cao et al.: MGAS: Multi-Granularity Architecture Search, 2023',
    link: 'https://arxiv.org/abs/2310.15074',
    network: { cells: 8, channels: 24 },
    reported: null,
    genotype: mgDartsSmall,
    note: 'Without its weight masks, which are a file of their own: import that file with the genotype for them.',
  },
];

/** @throws ArchitectureError listing the names where there is none of this one. */
export function publishedCell(id: string): PublishedCell {
  const found = publishedCells.find((one) => one.id === id);
  if (found) return found;
  throw new ArchitectureError(
    `'${id.slice(0, 60)}' is no published cell of the gallery; there is ${publishedCells.map((one) => one.id).join(', ')}`,
  );
}

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
      `${cell.id} lists the widths of every cell, so it has one size only; choose another published cell`,
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
