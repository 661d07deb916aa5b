/**
 * What a set of kernels must offer to be checked against the reference: plain arrays in, plain arrays out. Activations
 * are NHWC, weights [kh, kw, in, out], depthwise weights [kh, kw, channels, 1]. Every method also differentiates: `dy`
 * is the gradient of the result, `dX` that of X.
 */
import type { Batch, StepHyper, Stepper } from '../../src/engine/supernet/stepper.ts';
import type { Node } from '../../src/domain/graph/graph.ts';
import type { NetworkParameters } from '../../src/domain/graph/parameters.ts';
import type { NetworkPlan } from '../../src/domain/spaces/plan.ts';
import type { NdArray } from './reference.ts';

/** A stepper that shows its gradients. */
export interface GradientStepper extends Stepper {
  /** Gradients of all parameters, packed as `plan.table` says, without an update; the pass's metrics come next from `readMetrics`. */
  gradients(batch: Batch, hyper: StepHyper): Promise<Float32Array>;
}

/** Zero padding is (kernel - 1) / 2 * dilation on every side. */
export interface Geometry {
  readonly kernel: number;
  readonly stride: 1 | 2;
  readonly dilation: number;
}

/** A weight with its committed mask (1 = alive). */
export interface MaskedWeight {
  readonly weight: NdArray;
  readonly committedMask: NdArray;
}

/** The mask in effect, and the gradient of the weight (0 where masked, but for the straight-through part). */
export interface MaskedWeightResult {
  readonly mask: NdArray;
  readonly dWeight: NdArray;
}

export interface GatedNorm {
  readonly gamma: NdArray;
  readonly beta: NdArray;
  readonly gateLogits: NdArray;
  readonly committedFilterMask: NdArray;
}

export interface GatedNormResult {
  readonly dGamma: NdArray;
  readonly dBeta: NdArray;
  readonly dGateLogits: NdArray;
  readonly filterMask: NdArray;
}

/** relu, masked depthwise, masked pointwise, batch norm over the batch, gates. */
export interface Block extends Geometry {
  readonly depthwise: MaskedWeight;
  readonly pointwise: MaskedWeight;
  readonly norm: GatedNorm;
}

export interface BlockResult {
  readonly depthwise: MaskedWeightResult;
  readonly pointwise: MaskedWeightResult;
  readonly norm: GatedNormResult;
}

/** Every method works on its own arrays; they may be called in any order, one at a time. */
export interface ReferenceKernels {
  /** The straight-through step. */
  binaryStep(input: { x: NdArray; dy: NdArray }): Promise<{ y: NdArray; dx: NdArray }>;

  /** A convolution of `weight * committedMask * step(|weight| - threshold)`; depthwise, or a 1x1 convolution. */
  maskedConvolution(
    input: Geometry &
      MaskedWeight & { depthwise: boolean; x: NdArray; threshold: NdArray; dy: NdArray },
  ): Promise<MaskedWeightResult & { y: NdArray; dx: NdArray; dThreshold: NdArray }>;

  /** A whole separable (two blocks) or dilated (one block) candidate operation, with training statistics. */
  convolutionCandidate(input: {
    x: NdArray;
    blocks: readonly Block[];
    filterThreshold: NdArray;
    weightThreshold: NdArray;
    dy: NdArray;
  }): Promise<{
    y: NdArray;
    dx: NdArray;
    dFilterThreshold: NdArray;
    dWeightThreshold: NdArray;
    blocks: readonly BlockResult[];
  }>;

  /** The stride-2 skip: relu, two 1x1 stride-2 convolutions, gates sigmoid(logits) * filterMask, batch norm. */
  factorizedReduce(input: {
    x: NdArray;
    weights: readonly [NdArray, NdArray];
    gamma: NdArray;
    beta: NdArray;
    gateLogits: NdArray;
    filterMask: NdArray;
    dy: NdArray;
  }): Promise<{
    y: NdArray;
    dx: NdArray;
    dWeights: readonly [NdArray, NdArray];
    dGamma: NdArray;
    dBeta: NdArray;
    dGateLogits: NdArray;
  }>;

  /** 3x3, padding 1, padded positions not counted. */
  pool(input: {
    kind: 'average' | 'max';
    stride: 1 | 2;
    x: NdArray;
    dy: NdArray;
  }): Promise<{ y: NdArray; dx: NdArray }>;

  /**
   * A part of a network, as the engine computes it with training statistics: `output` as a function of the plan's image
   * and of its parameters. Every granularity is on.
   * @returns `gradient` packed as the plan's table says; what is multiplied with: masked weights and gates, packed as
   * their groups, and the coefficients of [cells, units].
   */
  part(input: {
    plan: NetworkPlan;
    parameters: NetworkParameters;
    output: Node;
    x: NdArray;
    dy: NdArray;
  }): Promise<{
    y: NdArray;
    dx: NdArray;
    gradient: Float32Array;
    weights: Float32Array;
    gates: Float32Array;
    coefficients: Float32Array;
  }>;

  /** For the super-net. Disposed by the caller. */
  createStepper(): Promise<GradientStepper>;
}
