/** ProxylessNAS's and once-for-all's JSON of blocks, into the MobileNet-like space. */
import { ArchitectureError } from '../../../domain/architecture/schema.ts';
import { mbconvExpansions, mbconvKernels } from '../../../domain/operations/mbconv.ts';
import { parseBlocks } from './blocks-schema.ts';
import type { BlockConvolution, BlocksNetwork, Convolution } from './blocks-schema.ts';
import { refuseUnsupported } from './blocks-unsupported.ts';
import { buildChainArchitecture, chainName } from './chain-structure.ts';
import type { ChainBlock, ChainLayer, ChainStructure } from './chain-structure.ts';
import { jsonOf, refuseOptions, within } from './form.ts';
import type { ArchitectureForm, ImportOptions } from './form.ts';

/** ImageNet's, at which these networks are published. */
const usualSize = 224;

export const blocksForm: ArchitectureForm = {
  id: 'mobile-blocks',
  label: 'a network of ProxylessNAS or once-for-all',
  match: ([file, ...others]) => others.length === 0 && isNetwork(jsonOf(file!)),
  open: ([file], options) =>
    within(file!.name, () => {
      const value = jsonOf(file!);
      refuseUnsupported(value);
      const structure = structureOfBlocks(parseBlocks(value), options);
      return { architecture: buildChainArchitecture(structure), name: chainName(structure) };
    }),
};

const isNetwork = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'blocks' in value && 'first_conv' in value;

/** @throws ArchitectureError naming the field and what the lab has instead. */
export function structureOfBlocks(network: BlocksNetwork, options: ImportOptions): ChainStructure {
  refuseOptions(options, ['cells', 'channels', 'width', 'name'], 'the file lists its blocks');
  const { first_conv: stem, blocks, feature_mix_layer: head, classifier } = network;
  checkConvolution(stem, 'first_conv', 3);
  if (!head)
    throw new ArchitectureError(
      'feature_mix_layer is missing: the networks of this lab have a 1x1 convolution before the classifier',
    );
  checkConvolution(head, 'feature_mix_layer', 1);
  const first = firstBlock(blocks[0]!, stem.out_channels);
  let inputs = first;
  const layers = blocks.slice(1).map((block, i): ChainLayer => {
    const layer = layerOf(block, inputs, `blocks.${i + 1}`);
    inputs = layer.channels;
    return layer;
  });
  same(head.in_channels, inputs, 'feature_mix_layer.in_channels', 'the last block writes');
  same(
    classifier.in_features,
    head.out_channels,
    'classifier.in_features',
    'feature_mix_layer writes',
  );
  demand(
    classifier.bias && !classifier.use_bn && !classifier.act_func,
    'classifier: it must be a linear layer with biases alone',
  );
  return {
    ...{ stem: stem.out_channels, stemStride: strideOf(stem.stride, 'first_conv.stride') },
    ...{ first, head: head.out_channels, layers },
    imageSize: options.imageSize ?? usualSize,
    imageChannels: options.imageChannels ?? stem.in_channels,
    classes: options.classes ?? classifier.out_features,
    origin: { form: blocksForm.id, name: network.name.slice(0, 80) },
  };
}

type Block = BlocksNetwork['blocks'][number];

/** The one that is not searched: 3x3, expansion 1, stride 1. @returns its filters. */
function firstBlock({ conv, shortcut }: Block, inputs: number): number {
  const place = 'blocks.0';
  if (!conv || conv.name === 'ZeroLayer')
    throw new ArchitectureError(`${place}: the first block is missing`);
  same(conv.in_channels, inputs, `${place}: in_channels`, 'first_conv writes');
  const inside = conv.mid_channels ?? conv.in_channels * (conv.expand_ratio ?? 1);
  demand(
    conv.kernel_size === 3 && conv.stride === 1 && inside === conv.in_channels && !shortcut,
    `${place}: the first block of this lab is 3x3 of stride 1 and expansion 1, without a shortcut; this one is ${conv.kernel_size}x${conv.kernel_size} of stride ${conv.stride}, with ${inside} channels inside${shortcut ? ' and a shortcut' : ''}`,
  );
  return conv.out_channels;
}

function layerOf({ conv, shortcut }: Block, inputs: number, place: string): ChainLayer {
  if (!conv || conv.name === 'ZeroLayer') {
    demand(
      !conv || conv.stride === 1,
      `${place}: a ZeroLayer of stride ${conv?.stride}: what is left out must keep size and channels`,
    );
    return { channels: inputs, stride: 1, block: null };
  }
  same(conv.in_channels, inputs, `${place}: in_channels`, 'the block before writes');
  const stride = strideOf(conv.stride, `${place}: stride`);
  const keeps = stride === 1 && conv.in_channels === conv.out_channels;
  demand(
    !shortcut || shortcut.name === 'IdentityLayer',
    `${place}: shortcut ${String(shortcut?.name).slice(0, 40)}; only the identity is read`,
  );
  demand(
    Boolean(shortcut) === keeps,
    `${place}: ${shortcut ? 'a shortcut over another size or other channels' : 'no shortcut'}, but a block of this lab has one exactly where size and channels stay`,
  );
  return { channels: conv.out_channels, stride, block: blockOf(conv, place) };
}

function blockOf(
  conv: Exclude<BlockConvolution, { name: 'ZeroLayer' }>,
  place: string,
): ChainBlock {
  const kernel = mbconvKernels.find((own) => own === conv.kernel_size);
  if (kernel === undefined)
    throw new ArchitectureError(
      `${place}: kernel_size ${conv.kernel_size}; there is ${mbconvKernels.join(', ')}`,
    );
  const { in_channels: inputs, expand_ratio: ratio, mid_channels: middle } = conv;
  const inside = middle ?? (ratio ? Math.round(inputs * ratio) : undefined);
  if (inside === undefined)
    throw new ArchitectureError(`${place}: neither expand_ratio nor mid_channels is given`);
  const expansion = mbconvExpansions.find((own) => own * inputs >= inside);
  if (expansion === undefined || inside <= inputs)
    throw new ArchitectureError(
      `${place}: ${inside} channels inside of ${inputs} inputs; a searched block of this lab has more than it reads, and up to ${mbconvExpansions.at(-1)} times as many`,
    );
  return { kernel, expansion, ...(inside < expansion * inputs && { inside }) };
}

function checkConvolution(conv: Convolution, place: string, kernel: number): void {
  const { kernel_size, dilation, groups, bias, use_bn, ops_order, has_shuffle } = conv;
  demand(
    kernel_size === kernel &&
      dilation === 1 &&
      groups === 1 &&
      !bias &&
      use_bn &&
      !has_shuffle &&
      ops_order === 'weight_bn_act',
    `${place}: it must be a plain ${kernel}x${kernel} convolution without biases, then batch norm, then ReLU6`,
  );
  if (kernel === 1) demand(conv.stride === 1, `${place}: stride ${conv.stride}; it must be 1`);
}

function strideOf(stride: number, place: string): 1 | 2 {
  if (stride !== 1 && stride !== 2)
    throw new ArchitectureError(`${place} ${stride}; there is 1 and 2`);
  return stride;
}

function same(said: number, follows: number, place: string, why: string): void {
  demand(said === follows, `${place}: ${said}, but ${why} ${follows}`);
}

function demand(holds: boolean, otherwise: string): void {
  if (!holds) throw new ArchitectureError(otherwise);
}
