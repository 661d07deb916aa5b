/**
 * A network as a small typed graph: what is computed, in terms of a few kinds of node. Spaces and operations emit it
 * (`builder.ts`); the steppers, the exporters, the counts and the drawings walk it. A walk names kinds of node, never an
 * operation or a space.
 *
 * Every node has one result: a feature map of `channels.length` channels and `size` pixels per side, or after the global
 * pool a vector. A node without channels (all of its filters are pruned) has no result: a convolution of nothing gives
 * zeros, a pool, an activation and a norm of nothing give nothing, and sums and concatenations leave it out.
 */
import type { UnitRef } from './parameters.ts';

/**
 * A part of a network that a reader would call a module: a cell, a candidate operation, the classifier. Modules nest.
 * Activations and pools without parameters belong to whoever reads them, since they are made once for all readers.
 */
export interface Scope {
  /** Unique in its parent, and a name that programs can use. */
  readonly name: string;
  /** What it is, in words. */
  readonly title: string;
  /** Null: a part of the network itself. */
  readonly parent: Scope | null;
}

interface Base {
  /** Its place in `Graph.nodes`. */
  readonly id: number;
  /** Unique and readable: what an exported file calls it. */
  readonly name: string;
  readonly inputs: readonly Node[];
  /** Original ids of its channels, ascending: compaction leaves some out. */
  readonly channels: readonly number[];
  /** Pixels a side; 1 after the global pool. */
  readonly size: number;
  /** The innermost part of the network that it was made in; null = none. */
  readonly scope: Scope | null;
}

export interface ImageNode extends Base {
  readonly kind: 'image';
}

/** Without bias. Zero padding of (kernel - 1) / 2 * dilation on every side, also at stride 2. */
export interface ConvolutionNode extends Base {
  readonly kind: 'convolution';
  /** Parameter: [kernel, kernel, inputs, filters], or [kernel, kernel, channels, 1] if depthwise. */
  readonly weight: string;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly depthwise: boolean;
  /** Pixels by which its input is shifted up and left before: y[i, j] reads x[i + shift, j + shift], zero beyond the edge. */
  readonly shift: 0 | 1;
}

/** A factor for each channel: sigmoid(logit), masked by the filter granularity. */
export interface Gate {
  /** Parameter: [channels]. */
  readonly logits: string;
  /** Parameter and element of its threshold; null: it is never pruned by its own threshold. */
  readonly threshold: { readonly name: string; readonly element: number } | null;
  /** Before the norm instead of after it. */
  readonly before: boolean;
}

/** Batch norm, of parameters NAME.gamma, .beta, .mean and .variance. */
export interface NormNode extends Base {
  readonly kind: 'norm';
  readonly gate: Gate | null;
}

export interface ActivationNode extends Base {
  readonly kind: 'activation';
  /** `relu6`: min(max(x, 0), 6), of derivative 1 for 0 < x < 6, else 0. */
  readonly activation: 'relu' | 'relu6';
}

/** 3x3, one pixel of padding that never wins or counts. */
export interface PoolNode extends Base {
  readonly kind: 'pool';
  readonly pool: 'average' | 'max';
  readonly kernel: 3;
  readonly stride: number;
}

/** One term of a mix: an input, and the candidate operation whose coefficient multiplies it. */
export interface Term {
  /** Null: a shortcut, added as it is. */
  readonly unit: UnitRef | null;
  /** The candidate's name. */
  readonly name: string;
  /** The candidate as a part of the network; it may hold no node, as a shortcut does. */
  readonly scope: Scope;
}

/**
 * Sum of its inputs, each times sigmoid(alpha) and the mask of its candidate; a shortcut as it is. `channels` is the union
 * of the inputs': an input adds to those it has.
 */
export interface MixNode extends Base {
  readonly kind: 'mix';
  readonly terms: readonly Term[];
  /** Importances are gone: a plain sum (an evaluation network). */
  readonly plain: boolean;
}

export interface ConcatNode extends Base {
  readonly kind: 'concat';
}

/** Mean over the pixels. */
export interface GlobalPoolNode extends Base {
  readonly kind: 'global-pool';
}

/** Parameters NAME.weight [inputs, outputs] and NAME.bias. */
export interface LinearNode extends Base {
  readonly kind: 'linear';
  readonly outputs: number;
}

export type Node =
  | ImageNode
  | ConvolutionNode
  | NormNode
  | ActivationNode
  | PoolNode
  | MixNode
  | ConcatNode
  | GlobalPoolNode
  | LinearNode;

export type NodeOf<K extends Node['kind']> = Extract<Node, { kind: K }>;

export interface Graph {
  /** Every node after its inputs. */
  readonly nodes: readonly Node[];
}

/** Whether a node has a result; see above. */
export const hasChannels = ({ channels }: Node): boolean => channels.length > 0;

/** Computed without parameters, and made once for all that read it: see `Scope`. */
export const belongsToReaders = ({ kind }: Node): boolean =>
  kind === 'activation' || kind === 'pool';

/** The nodes that `outputs` need, every node after its inputs. */
export function needed(graph: Graph, outputs: readonly Node[]): Node[] {
  const wanted = new Set<Node>(outputs);
  for (const node of graph.nodes.toReversed()) {
    if (wanted.has(node)) for (const input of node.inputs) wanted.add(input);
  }
  return graph.nodes.filter((node) => wanted.has(node));
}

/** Zero pixels on every side of a convolution's input. */
export const paddingOf = ({
  kernel,
  dilation,
}: Pick<ConvolutionNode, 'kernel' | 'dilation'>): number => ((kernel - 1) / 2) * dilation;
