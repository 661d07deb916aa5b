/**
 * What a graph is lowered to: batches in the order of the forward pass. A batch is work of one kind on nodes that may
 * share a dispatch; `record.ts` walks them forwards and then backwards. Quads, lanes, weights and slots are settled here,
 * so that a recording only packs table rows.
 */
import type { Activation, StoredActivation } from '../../../kernels/webgpu/activation.ts';
import type { DepthwiseClass } from '../../../kernels/webgpu/depthwise/window.ts';
import type { Node, NodeOf } from '../../../domain/graph/graph.ts';
import type { UnitRef } from '../../../domain/graph/parameters.ts';
import type { ProductWeights } from './registry.ts';
import type { Norm, Place, Tensor, Value } from './tensor.ts';

/** The dense 3x3 convolution of the image. */
export interface ImageConvolutionBatch {
  readonly kind: 'image convolution';
  readonly stride: 1 | 2;
  /** Pixels of the image, a side. */
  readonly imageSize: number;
  readonly node: NodeOf<'convolution'>;
  readonly channels: number;
  readonly place: Place;
  /** First vec4 of the weights, and of their gradient in a chunk. */
  readonly weights: { readonly weights: number; readonly gradient: number };
}

export interface DepthwiseMember {
  readonly node: NodeOf<'convolution'>;
  readonly input: Place;
  readonly place: Place;
  /** First quad of its gradient in the batch's. */
  readonly gradientQuad: number;
  readonly taps: { readonly weights: number; readonly gradient: number };
  /** Where the input goes through a norm; otherwise null. */
  readonly norm: Norm | null;
  /** Where the input's gradient goes; null behind a norm. */
  readonly value: Value | null;
}

export interface DepthwiseBatch {
  readonly kind: 'depthwise';
  readonly input: Tensor;
  readonly output: Tensor;
  readonly stride: 1 | 2;
  readonly activation: Activation;
  /** Kernels that the network's programs are made for, those of other networks of its space too. */
  readonly classes: readonly DepthwiseClass[];
  readonly members: readonly DepthwiseMember[];
  /** Gradient of the norms' results, from the lowest quad of a member's input on. */
  readonly inner: Tensor;
  /** The output itself where a norm follows, whose way back overwrites it. */
  readonly outputGradient: Tensor;
}

/** One 1x1 convolution, or the two of stride 2 that a concatenation joins: the second reads the input shifted by a pixel. */
export interface Product {
  readonly node: Node;
  /** What it reads. */
  readonly input: Place;
  /** Where the input goes through a norm; otherwise null. */
  readonly norm: Norm | null;
  /** Where the input's gradient goes; null behind a norm. */
  readonly value: Value | null;
  readonly place: Place;
  readonly weights: ProductWeights;
}

export interface PointwiseBatch {
  readonly kind: 'pointwise' | 'strided';
  readonly activation: Activation;
  /** It alone reads the results of depthwise convolutions, as they are. */
  readonly behindDepthwise: boolean;
  /** Gradient of the norms' results, from the lowest quad of a member's input on. */
  readonly inner: Tensor;
  readonly input: Tensor;
  readonly output: Tensor;
  /** Side of the tiles of the weights' gradient, in quads. */
  readonly tile: 1 | 2;
  /** Their results lie one behind the other. */
  readonly members: readonly Product[];
}

export interface PoolMember {
  readonly norm: NodeOf<'norm'>;
  readonly maximum: boolean;
  readonly value: Value;
  readonly place: Place;
}

/** Pools that a norm follows. Other pools are computed where they are mixed. */
export interface PoolBatch {
  readonly kind: 'pool';
  readonly input: Tensor;
  readonly output: Tensor;
  readonly stride: 1 | 2;
  /** Their results lie one behind the other. */
  readonly members: readonly PoolMember[];
}

/** Statistics of norms whose inputs lie one behind the other. */
export interface NormBatch {
  readonly kind: 'norm';
  readonly input: Tensor;
  readonly norms: readonly Norm[];
}

/** Norms' results, stored. */
export interface StoreBatch {
  readonly kind: 'store';
  readonly input: Tensor;
  readonly members: readonly {
    readonly norm: Norm;
    readonly value: Value;
    /** Its lanes in the gradient's tensor. */
    readonly gradient: Place;
  }[];
  /** Where they lie: as convolutions read them, and where need be once more, in the lanes of the mixes that read them. */
  readonly copies: readonly { readonly tensor: Tensor; readonly places: readonly Place[] }[];
}

/** Mixes that a concatenation joins (or one alone): they lie side by side, `quads` each, channel c in lane c. */
export interface MixSet {
  /** Channels of a mix, those between that are gone too. */
  readonly width: number;
  readonly quads: number;
  readonly mixes: readonly NodeOf<'mix'>[];
  readonly tensor: Tensor;
  readonly gradient: Tensor;
}

/** A state that terms of mixes begin at. */
export interface Source {
  readonly node: Node;
  /** First quad in the group's `states`, and in their gradient. */
  readonly quad: number;
  /** As convolutions read it, and where they leave its gradient. */
  readonly value: Value;
}

export interface MixTerm {
  /** Null: a shortcut, added as it is. */
  readonly unit: UnitRef | null;
  readonly source: number;
  readonly target: number;
  /** A norm that the mix applies, or what it computes of the source itself. */
  readonly share: Norm | null;
  readonly direct: 'identity' | 'average' | 'max' | null;
}

/** Terms of a set's mixes that begin at one or two states. */
export interface MixGroup {
  readonly set: MixSet;
  readonly stride: 1 | 2;
  readonly sources: readonly Source[];
  readonly states: Tensor;
  readonly statesGradient: Tensor;
  /** The states are mixes of the set itself. */
  readonly inPlace: boolean;
  /** In the unpruned network some candidate pools a state. */
  readonly mayPool: boolean;
  /** Gradients of the states by convolutions; `value.gradient` of the sources. */
  readonly parts: Tensor;
  readonly targets: readonly { readonly quad: number; readonly add: boolean }[];
  readonly terms: readonly MixTerm[];
  /** Inputs of the norms that the mix applies. */
  readonly shares: Tensor;
}

/** Begins a group: nothing forwards; backwards all gradients of its states come together. */
export interface SourcesBatch {
  readonly kind: 'sources';
  readonly group: MixGroup;
}

/** Ends a group: the terms are summed; backwards the norms' gradients begin. */
export interface MixBatch {
  readonly kind: 'mix';
  readonly group: MixGroup;
}

/** Global pool and classifier. */
export interface LinearBatch {
  readonly kind: 'linear';
  readonly node: NodeOf<'linear'>;
  readonly activation: StoredActivation;
  readonly value: Value;
  /** Lane of each feature in the value's quads. */
  readonly lanes: readonly number[];
}

export type Batch =
  | ImageConvolutionBatch
  | DepthwiseBatch
  | PointwiseBatch
  | PoolBatch
  | NormBatch
  | StoreBatch
  | SourcesBatch
  | MixBatch
  | LinearBatch;

export type BatchOf<K extends Batch['kind']> = Extract<Batch, { kind: K }>;
