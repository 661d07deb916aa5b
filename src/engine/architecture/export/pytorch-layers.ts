/** One node of a network's graph as PyTorch modules: their source, and their part of the state dict. */
import type { Network } from '../../granularity/network.ts';
import { hasChannels, paddingOf } from '../../../domain/graph/graph.ts';
import type { Node, NodeOf } from '../../../domain/graph/graph.ts';
import { arrayOf, channelsFirst, transpose } from './arrays.ts';
import type { NamedArray } from './npz.ts';

/** One module that reads one tensor. */
export interface Layer {
  /** The expression that makes it. */
  readonly source: string;
  /** Under the names of its own state dict. */
  readonly arrays: readonly NamedArray[];
  /** What it computes: layers of the same node compute the same. */
  readonly node: Node;
}

const widthOf = (node: Node): number => node.inputs[0]!.channels.length;

/** @throws Error for a node that reads several tensors, or none. */
export function layersOf(network: Network, node: Node): Layer[] {
  const layer = (source: string, arrays: readonly NamedArray[] = []): Layer => ({
    ...{ source, arrays, node },
  });
  switch (node.kind) {
    case 'convolution':
      return [
        ...(node.shift === 1 ? [layer('Shift()')] : []),
        layer(convolutionSource(network, node), convolutionArrays(network, node)),
      ];
    case 'norm':
      return [layer(`nn.BatchNorm2d(${node.channels.length})`, normArrays(network, node.name))];
    case 'activation':
      return [layer(node.activation === 'relu6' ? 'nn.ReLU6()' : 'nn.ReLU()')];
    case 'pool':
      return [layer(poolSource(node))];
    case 'global-pool':
      return [layer('nn.AdaptiveAvgPool2d(1)'), layer('nn.Flatten()')];
    case 'linear':
      return [
        layer(`nn.Linear(${widthOf(node)}, ${node.outputs})`, linearArrays(network, node.name)),
      ];
    case 'image':
    case 'mix':
    case 'concat':
      throw new Error(`${node.name} is not a single layer`);
  }
}

/** Layers that read the same tensor, their results side by side. */
export function sideBySide(branches: readonly (readonly Layer[])[], node: Node): Layer {
  return {
    source: `SideBySide(${branches.map(moduleSource).join(', ')})`,
    arrays: branches.flatMap((branch, i) => under(`branches.${i}`, moduleArrays(branch))),
    node,
  };
}

/** Layers one after another, as one module. */
export const moduleSource = (layers: readonly Layer[]): string =>
  layers.length === 1
    ? layers[0]!.source
    : `nn.Sequential(${layers.map(({ source }) => source).join(', ')})`;

export const moduleArrays = (layers: readonly Layer[]): NamedArray[] =>
  layers.length === 1
    ? [...layers[0]!.arrays]
    : layers.flatMap(({ arrays }, i) => under(String(i), arrays));

export const under = (path: string, arrays: readonly NamedArray[]): NamedArray[] =>
  arrays.map((array) => ({ ...array, name: `${path}.${array.name}` }));

function convolutionSource(network: Network, node: NodeOf<'convolution'>): string {
  const { kernel, stride, dilation, depthwise, channels } = node;
  // A convolution of nothing gives zeros: it is never asked for, since nothing leads into it.
  const inputs = node.inputs.filter(hasChannels)[0]!.channels.length;
  const masked = arrayOf(network, node.weight).mask !== null;
  const padding = paddingOf(node);
  const options = [
    ...(stride > 1 ? [`stride=${stride}`] : []),
    ...(padding > 0 ? [`padding=${padding}`] : []),
    ...(dilation > 1 ? [`dilation=${dilation}`] : []),
    ...(depthwise ? [`groups=${inputs}`] : []),
  ];
  const sizes = [inputs, channels.length, kernel];
  return `${masked ? 'MaskedConv2d' : 'conv'}(${[...sizes, ...options].join(', ')})`;
}

function convolutionArrays(
  network: Network,
  { weight, depthwise }: NodeOf<'convolution'>,
): NamedArray[] {
  const { values, shape, mask } = arrayOf(network, weight);
  const first = channelsFirst(values, shape, depthwise);
  const arrays: NamedArray[] = [{ name: 'weight', ...first }];
  if (mask) arrays.push({ name: 'mask', ...channelsFirst(mask, shape, depthwise) });
  return arrays;
}

function normArrays(network: Network, from: string): NamedArray[] {
  const names = [
    ['weight', 'gamma'],
    ['bias', 'beta'],
    ['running_mean', 'mean'],
    ['running_var', 'variance'],
  ] as const;
  return names.map(([name, ours]) => ({ name, ...arrayOf(network, `${from}.${ours}`) }));
}

function linearArrays(network: Network, from: string): NamedArray[] {
  const weight = arrayOf(network, `${from}.weight`);
  const [inputs, outputs] = weight.shape;
  return [
    { name: 'weight', shape: [outputs!, inputs!], values: transpose(weight.values, weight.shape) },
    { name: 'bias', ...arrayOf(network, `${from}.bias`) },
  ];
}

function poolSource({ pool, kernel, stride }: NodeOf<'pool'>): string {
  const options = `${kernel}, stride=${stride}, padding=${(kernel - 1) / 2}`;
  return pool === 'max'
    ? `nn.MaxPool2d(${options})`
    : `nn.AvgPool2d(${options}, count_include_pad=False)`;
}
