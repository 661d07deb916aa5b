/**
 * Published cells as reference points: what their papers print, as facts with their source. Genotypes in the notation of
 * DARTS' program, checked against the authors' repositories. `engine/architecture/import/gallery.ts` makes networks of them.
 */
import { ArchitectureError } from './schema.ts';
import { mgDartsSmall } from './mg-darts-small.ts';

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
    note: 'Without its weight masks, which are in a separate file: import that file together with the genotype.',
  },
];

/** @throws ArchitectureError listing the names where there is none of this one. */
export function publishedCell(id: string): PublishedCell {
  const found = publishedCells.find((one) => one.id === id);
  if (found) return found;
  throw new ArchitectureError(
    `'${id.slice(0, 60)}' is not a published cell of the gallery; choose from ${publishedCells.map((one) => one.id).join(', ')}`,
  );
}
