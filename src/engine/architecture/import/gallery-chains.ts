/** Networks of published chains: as their papers report them, or at the size of another network. */
import type { PublishedChain } from '../../../domain/architecture/published-cells.ts';
import type { Architecture } from '../../../domain/architecture/schema.ts';
import { countParameters } from '../../granularity/count.ts';
import { buildChainArchitecture, chainName, networkOfChain } from './chain-structure.ts';
import type { ChainLayer, ChainStructure } from './chain-structure.ts';
import { refuseOptions } from './form.ts';
import type { Imported, ImportOptions } from './form.ts';

export type Like = Pick<Architecture, 'dataset' | 'parameters' | 'cells'>;

/** @throws ArchitectureError */
export function openPublishedChain(published: PublishedChain, options: ImportOptions): Imported {
  refuseOptions(options, ['cells', 'channels', 'width', 'name'], `${published.id} states it`);
  return imported({ ...structureOf(published), ...sizes(options) });
}

/** Beyond it, a super-net of these blocks is too large. */
const mostFactor = 2.4;

/** The pixels a side that its last layers see at least, where strides are left out for small images. */
const leastSize = 4;

/**
 * The same blocks for the images and classes of another network, every width times the factor at which the active
 * parameters come nearest. Where the images are small, the first strides of 2 are left out, as is customary.
 */
export function openPublishedChainLike(published: PublishedChain, like: Like): Imported {
  const { imageSize, imageChannels, classes } = like.dataset;
  const images = { imageSize, imageChannels, classes };
  const whole = withFewerStrides({ ...structureOf(published), ...images });
  const sizeAt = (factor: number): number =>
    countParameters(networkOfChain(scaled(whole, factor))).active;
  let [low, high] = [0, mostFactor];
  // Widths are whole numbers: a finer factor makes no other network.
  for (let step = 0; step < 16; step++) {
    const middle = (low + high) / 2;
    if (sizeAt(middle) < like.parameters.active) low = middle;
    else high = middle;
  }
  const distance = (factor: number): number => Math.abs(sizeAt(factor) - like.parameters.active);
  const factor = distance(low) <= distance(high) ? low : high;
  return forImages(imported(scaled(whole, factor)), like);
}

/** With the data set's name and classes. */
export function forImages({ architecture, name }: Imported, { dataset }: Like): Imported {
  const { name: set, classNames } = dataset;
  return {
    architecture: {
      ...architecture,
      dataset: { ...architecture.dataset, name: set, classNames: [...classNames] },
    },
    name,
  };
}

const imported = (structure: ChainStructure): Imported => ({
  architecture: buildChainArchitecture(structure),
  name: chainName(structure),
});

function structureOf({ id, source, link, chain }: PublishedChain): ChainStructure {
  const { stem, first, head, imageSize, classes } = chain;
  const layers = chain.groups.flatMap(({ channels, stride, blocks }) =>
    blocks.map((block, i): ChainLayer => ({
      channels,
      stride: i === 0 ? stride : 1,
      block: block && { kernel: block[0], expansion: block[1] },
    })),
  );
  return {
    ...{ stem, stemStride: 2, first, head, layers, imageSize, imageChannels: 3, classes },
    origin: { form: 'published', name: id, source: `${source}, ${link}` },
  };
}

function sizes({ imageSize, imageChannels, classes }: ImportOptions): Partial<ChainStructure> {
  return {
    ...(imageSize !== undefined && { imageSize }),
    ...(imageChannels !== undefined && { imageChannels }),
    ...(classes !== undefined && { classes }),
  };
}

function withFewerStrides(structure: ChainStructure): ChainStructure {
  const { stemStride, layers, imageSize } = structure;
  const halvings = [stemStride, ...layers.map(({ stride }) => stride)].filter((s) => s === 2);
  const possible = Math.max(0, Math.floor(Math.log2(imageSize / leastSize)));
  let excess = Math.max(0, halvings.length - possible);
  const keep = (stride: 1 | 2): 1 | 2 => (stride === 2 && excess-- > 0 ? 1 : stride);
  return {
    ...structure,
    stemStride: keep(stemStride),
    layers: layers.map((layer) => ({ ...layer, stride: keep(layer.stride) })),
  };
}

function scaled(structure: ChainStructure, factor: number): ChainStructure {
  const width = (whole: number): number => Math.max(1, Math.round(whole * factor));
  const { stem, first, head, layers } = structure;
  return {
    ...structure,
    ...{ stem: width(stem), first: width(first), head: width(head) },
    layers: layers.map((layer) => ({ ...layer, channels: width(layer.channels) })),
  };
}
