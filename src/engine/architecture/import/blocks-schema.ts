/**
 * ProxylessNAS's and once-for-all's JSON of a network, as their programs write it: first_conv, blocks, feature_mix_layer,
 * classifier. Only the fields that decide what is computed; both names of a block and of its convolution are known.
 */
import * as v from 'valibot';
import { ArchitectureError } from '../../../domain/architecture/schema.ts';

const width = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100_000));
/** A number, or the same twice. */
const side = v.pipe(
  v.union([v.number(), v.pipe(v.array(v.number()), v.length(2))]),
  v.check((value) => typeof value === 'number' || value[0] === value[1], 'expected a square'),
  v.transform((value) => (typeof value === 'number' ? value : value[0]!)),
);
const activation = v.nullish(v.string());

export const ConvolutionSchema = v.object({
  name: v.literal('ConvLayer'),
  in_channels: width,
  out_channels: width,
  kernel_size: side,
  stride: v.optional(side, 1),
  dilation: v.optional(side, 1),
  groups: v.nullish(v.number(), 1),
  bias: v.nullish(v.boolean(), false),
  has_shuffle: v.nullish(v.boolean(), false),
  use_bn: v.nullish(v.boolean(), true),
  use_se: v.nullish(v.boolean(), false),
  act_func: activation,
  ops_order: v.optional(v.string(), 'weight_bn_act'),
});
export type Convolution = v.InferOutput<typeof ConvolutionSchema>;

const bottleneck = {
  in_channels: width,
  out_channels: width,
  kernel_size: side,
  stride: side,
  expand_ratio: v.nullish(v.pipe(v.number(), v.minValue(0.01), v.maxValue(1000))),
  mid_channels: v.nullish(width),
  /** ProxylessNAS's own files have none: ReLU6. */
  act_func: activation,
  use_se: v.nullish(v.boolean(), false),
  groups: v.nullish(v.number()),
};

export const BlockConvolutionSchema = v.variant('name', [
  v.object({ name: v.literal('MBInvertedConvLayer'), ...bottleneck }),
  v.object({ name: v.literal('MBConvLayer'), ...bottleneck }),
  v.object({ name: v.literal('ZeroLayer'), stride: v.optional(side, 1) }),
]);
export type BlockConvolution = v.InferOutput<typeof BlockConvolutionSchema>;

const shortcut = v.nullish(v.object({ name: v.string() }));

export const BlockSchema = v.variant('name', [
  v.pipe(
    v.object({
      name: v.literal('MobileInvertedResidualBlock'),
      mobile_inverted_conv: v.nullable(BlockConvolutionSchema),
      shortcut,
    }),
    v.transform(({ mobile_inverted_conv, ...rest }) => ({ conv: mobile_inverted_conv, ...rest })),
  ),
  v.object({
    name: v.literal('ResidualBlock'),
    conv: v.nullable(BlockConvolutionSchema),
    shortcut,
  }),
]);

export const NetworkSchema = v.object({
  name: v.optional(v.string(), 'ProxylessNASNets'),
  first_conv: ConvolutionSchema,
  blocks: v.pipe(v.array(BlockSchema), v.minLength(1), v.maxLength(400)),
  feature_mix_layer: v.nullish(ConvolutionSchema),
  classifier: v.object({
    name: v.literal('LinearLayer'),
    in_features: width,
    out_features: width,
    bias: v.nullish(v.boolean(), true),
    use_bn: v.nullish(v.boolean(), false),
    act_func: activation,
  }),
});
export type BlocksNetwork = v.InferOutput<typeof NetworkSchema>;

/** @throws ArchitectureError naming the first field that is wrong. */
export function parseBlocks(value: unknown): BlocksNetwork {
  const result = v.safeParse(NetworkSchema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new ArchitectureError(`${v.getDotPath(issue) ?? 'the network'}: ${issue.message}`);
}
