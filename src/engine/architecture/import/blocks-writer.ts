/** For tests: JSON of blocks as ProxylessNAS's and once-for-all's programs write it, from facts about a network. */

/** [kernel, expansion, channels, stride], or a layer that is left out. */
export type WrittenBlock =
  readonly [kernel: number, expansion: number, channels: number, stride: 1 | 2] | 'zero';

export interface WrittenNetwork {
  readonly stem?: number;
  readonly first?: number;
  readonly head?: number;
  readonly classes?: number;
  readonly blocks: readonly WrittenBlock[];
  /** Names of a block, its convolution and the field that holds it. */
  readonly names?: readonly [block: string, field: string, convolution: string];
}

const older = [
  'MobileInvertedResidualBlock',
  'mobile_inverted_conv',
  'MBInvertedConvLayer',
] as const;
/** Of once-for-all since 2021. */
export const newer = ['ResidualBlock', 'conv', 'MBConvLayer'] as const;

export function writeBlocks({
  stem = 32,
  first = 16,
  head = 1280,
  classes = 1000,
  blocks,
  names = older,
}: WrittenNetwork) {
  const [block, field, convolution] = names;
  const plain = (inputs: number, outputs: number, kernel: number, stride: number) => ({
    ...{ name: 'ConvLayer', kernel_size: kernel, stride, dilation: 1, groups: 1, bias: false },
    ...{ has_shuffle: false, in_channels: inputs, out_channels: outputs, use_bn: true },
    ...{ act_func: 'relu6', dropout_rate: 0, ops_order: 'weight_bn_act' },
  });
  const identity = (channels: number) => ({
    ...{ name: 'IdentityLayer', in_channels: channels, out_channels: channels, use_bn: false },
    ...{ act_func: null, dropout_rate: 0, ops_order: 'weight_bn_act' },
  });
  let inputs = stem;
  const written = [[3, 1, first, 1] as const, ...blocks].map((one, i) => {
    if (one === 'zero')
      return { name: block, [field]: { name: 'ZeroLayer', stride: 1 }, shortcut: identity(inputs) };
    const [kernel_size, expand_ratio, out_channels, stride] = one;
    const in_channels = inputs;
    inputs = out_channels;
    const keeps = i > 0 && stride === 1 && in_channels === out_channels;
    return {
      name: block,
      [field]: {
        ...{ name: convolution, in_channels, out_channels, kernel_size, stride, expand_ratio },
        ...(names === newer && {
          mid_channels: expand_ratio === 1 ? null : in_channels * expand_ratio,
          ...{ act_func: 'relu6', use_se: false, groups: null },
        }),
      },
      shortcut: keeps ? identity(in_channels) : null,
    };
  });
  return {
    name: 'ProxylessNASNets',
    bn: { momentum: 0.1, eps: 0.001 },
    first_conv: plain(3, stem, 3, 2),
    blocks: written,
    feature_mix_layer: plain(inputs, head, 1, 1),
    classifier: {
      ...{ name: 'LinearLayer', in_features: head, out_features: classes, bias: true },
      ...{ use_bn: false, act_func: null, dropout_rate: 0, ops_order: 'weight_bn_act' },
    },
  };
}
