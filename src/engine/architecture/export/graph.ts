/**
 * The network computed at inference, reported node by node to a writer of some file format: the one description
 * that all exported graphs share. Only what exists is reported: pruned operations and filters are absent, and masked weights
 * are zeros in the arrays.
 */
import { sigmoid, slice } from '../../granularity/network.ts';
import type { Network } from '../../granularity/network.ts';
import { parameter } from '../../../domain/graph/layout.ts';
import { hasChannels, needed, paddingOf } from '../../../domain/graph/graph.ts';
import type { Node, NodeOf } from '../../../domain/graph/graph.ts';
import type { UnitRef } from '../../../domain/graph/parameters.ts';

export interface ConvolutionShape {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Zero pixels on every side. */
  readonly padding: number;
  readonly depthwise: boolean;
}

/** `T`: whatever the writer names a tensor by. Names are of parameters in the engine's table. */
export interface GraphWriter<T> {
  image(): T;
  convolution(name: string, x: T, shape: ConvolutionShape): T;
  /** y[i, j] = x[i + 1, j + 1], zero beyond the edge. */
  shift(name: string, x: T): T;
  /** Batch norm by running averages, of parameters NAME.gamma and so on. */
  norm(name: string, x: T): T;
  relu(name: string, x: T): T;
  /** min(max(x, 0), 6). */
  relu6(name: string, x: T): T;
  /** 3x3, one pixel of padding that never wins or counts. @param size pixels per side of `x`. */
  pool(name: string, x: T, kind: 'max' | 'average', stride: number, size: number): T;
  scale(name: string, x: T, factor: number): T;
  /** Channel i of `x` becomes channel positions[i] of `channels`; the others are zero. */
  place(name: string, x: T, positions: readonly number[], channels: number): T;
  sum(name: string, terms: readonly T[]): T;
  concat(name: string, parts: readonly T[]): T;
  /** Mean over pixels, then the linear layer NAME.weight, NAME.bias. */
  classifier(name: string, x: T): T;
}

/** @returns the logits. @throws Error where a part of the network has no channel: a description of a search has none such. */
export function writeGraph<T>(network: Network, writer: GraphWriter<T>): T {
  const { graph, head } = network.plan;
  const results = new Map<Node, T>();
  for (const node of needed(graph, [head.node])) {
    // A half of a factorized reduce without filters is absent.
    if (!hasChannels(node)) continue;
    const inputs = node.inputs.filter(hasChannels).map((input) => results.get(input)!);
    if (node.inputs.length > 0 && inputs.length === 0)
      throw new Error(`${node.name} reads nothing that has channels`);
    results.set(node, writeNode(network, node, inputs, writer));
  }
  return results.get(head.node)!;
}

function writeNode<T>(
  network: Network,
  node: Node,
  inputs: readonly T[],
  writer: GraphWriter<T>,
): T {
  const [first] = inputs;
  switch (node.kind) {
    case 'image':
      return writer.image();
    case 'convolution': {
      const { kernel, stride, dilation, depthwise } = node;
      const x = node.shift === 1 ? writer.shift(`${node.name}.shift`, first!) : first;
      const shape = { kernel, stride, dilation, depthwise, padding: paddingOf(node) };
      return writer.convolution(node.weight, x!, shape);
    }
    case 'norm':
      return writer.norm(node.name, first!);
    case 'activation':
      return writer[node.activation](node.name, first!);
    case 'pool':
      return writer.pool(node.name, first!, node.pool, node.stride, node.inputs[0]!.size);
    case 'mix':
      return writeMix(network, node, inputs, writer);
    case 'concat':
      return inputs.length === 1 ? first! : writer.concat(node.name, inputs);
    case 'global-pool':
      // Part of the classifier.
      return first!;
    case 'linear':
      return writer.classifier(node.name, first!);
  }
}

function writeMix<T>(
  network: Network,
  node: NodeOf<'mix'>,
  inputs: readonly T[],
  writer: GraphWriter<T>,
): T {
  const { channels } = node;
  const alive = node.inputs.flatMap((input, i) => (hasChannels(input) ? [i] : []));
  const terms = inputs.map((x, i) => {
    const { unit, name } = node.terms[alive[i]!]!;
    const own = node.inputs[alive[i]!]!.channels;
    const y =
      node.plain || !unit ? x : writer.scale(`${name}.importance`, x, importanceOf(network, unit));
    if (own.length === channels.length) return y;
    return writer.place(
      `${name}.place`,
      y,
      own.map((id) => channels.indexOf(id)),
      channels.length,
    );
  });
  return terms.length === 1 ? terms[0]! : writer.sum(node.name, terms);
}

export function importanceOf({ plan, parameters }: Network, { cell, unit }: UnitRef): number {
  return sigmoid(slice(parameters.values, parameter(plan.table, `cells.${cell}.alpha`))[unit]!);
}
