/**
 * Published cells and chains as reference points: what their papers print, as facts with their source. Genotypes in the notation of
 * DARTS' program, checked against the authors' repositories. `engine/architecture/import/gallery.ts` makes networks of them.
 */
import { ArchitectureError } from './schema.ts';
import { mgDartsSmall } from './mg-darts-small.ts';

interface Published {
  readonly id: string;
  readonly label: string;
  readonly source: string;
  readonly link: string;
  /** Parameters in millions and test error in percent, as the paper states them; null = not taken from it. */
  readonly reported: { readonly parameters: number; readonly testError: number } | null;
  readonly note?: string;
}

export interface PublishedCell extends Published {
  /** Network on CIFAR-10 that the paper reports. */
  readonly network: { readonly cells: number; readonly channels: number };
  readonly genotype: string;
}

/** A chain of blocks, for ImageNet. */
export interface PublishedChain extends Published {
  readonly chain: {
    readonly imageSize: number;
    readonly classes: number;
    /** Filters of the stem, of stride 2, of the first block and of the 1x1 convolution at the end. */
    readonly stem: number;
    readonly first: number;
    readonly head: number;
    /** Layers of equal channels, the stride that of the first: kernel and expansion, or null where a layer is left out. */
    readonly groups: readonly {
      readonly channels: number;
      readonly stride: 1 | 2;
      readonly blocks: readonly (readonly [kernel: 3 | 5 | 7, expansion: 3 | 6] | null)[];
    }[];
  };
}

export type PublishedNetwork = PublishedCell | PublishedChain;

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

export const publishedChains: readonly PublishedChain[] = [
  {
    id: 'ProxylessNAS_mobile',
    label: 'ProxylessNAS, mobile',
    source:
      'Cai, Zhu, Han: ProxylessNAS: Direct Neural Architecture Search on Target Task and Hardware, ICLR 2019',
    link: 'https://arxiv.org/abs/1812.00332',
    // Top-1 accuracy of 74.6 % on ImageNet; parameters of the network that the authors released.
    reported: { parameters: 4.1, testError: 25.4 },
    note: 'On ImageNet at 224 pixels; published with 320 million multiply-accumulates. Counted here by the same rule: 4,080,512 parameters, 320,427,584 multiply-accumulates.',
    chain: {
      ...{ imageSize: 224, classes: 1000, stem: 32, first: 16, head: 1280 },
      groups: [
        { channels: 32, stride: 2, blocks: [[5, 3], [3, 3], null, null] },
        { channels: 40, stride: 2, blocks: [[7, 3], [3, 3], [5, 3], [5, 3]] }, // prettier-ignore
        { channels: 80, stride: 2, blocks: [[7, 6], [5, 3], [5, 3], [5, 3]] }, // prettier-ignore
        { channels: 96, stride: 1, blocks: [[5, 6], [5, 3], [5, 3], [5, 3]] }, // prettier-ignore
        { channels: 192, stride: 2, blocks: [[7, 6], [7, 6], [7, 3], [7, 3]] }, // prettier-ignore
        { channels: 320, stride: 1, blocks: [[7, 6]] },
      ],
    },
  },
];

export const publishedNetworks: readonly PublishedNetwork[] = [
  ...publishedCells,
  ...publishedChains,
];

/** The network of the paper, and what it was tested on. */
export function describePublished(published: PublishedNetwork): {
  readonly network: string;
  readonly data: string;
} {
  if ('genotype' in published) {
    const { cells, channels } = published.network;
    return { network: `${cells} cells, ${channels} channels`, data: 'CIFAR-10' };
  }
  const { groups, imageSize } = published.chain;
  const layers = groups.reduce((sum, { blocks }) => sum + blocks.length, 0);
  return { network: `${layers} layers, ${imageSize} pixels`, data: 'ImageNet' };
}

/** @throws ArchitectureError listing the names where there is none of this one. */
export const publishedCell = (id: string): PublishedCell => named(id, publishedCells);

/** The same, of chains too. */
export const publishedNetwork = (id: string): PublishedNetwork => named(id, publishedNetworks);

function named<P extends Published>(id: string, all: readonly P[]): P {
  const found = all.find((one) => one.id === id);
  if (found) return found;
  throw new ArchitectureError(
    `'${id.slice(0, 60)}' is not a published network of the gallery; choose from ${all.map((one) => one.id).join(', ')}`,
  );
}
