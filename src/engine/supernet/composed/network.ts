/** The forward pass of a super-net over a plan, from effective weights, gates and coefficients to logits. */
import * as tf from '@tensorflow/tfjs-core';
import { depthwise } from '../../../kernels/composed/depthwise.ts';
import { factorizedReduce } from '../../../kernels/composed/factorized-reduce.ts';
import { mixedSum } from '../../../kernels/composed/mixed-sum.ts';
import { pointwise } from '../../../kernels/composed/pointwise.ts';
import { averagePool, maxPool } from '../../../kernels/composed/pools.ts';
import { placement, scatterChannels } from '../../../kernels/composed/scatter-channels.ts';
import type {
  BlockPlan,
  CandidatePlan,
  CellPlan,
  FactorizedReducePlan,
  HeadPlan,
  NetworkPlan,
  PreprocessPlan,
} from '../plan.ts';

/** Where a forward pass finds what it multiplies with. */
export interface Source {
  /** A weight by its name. */
  weight(name: string): tf.Tensor;
  /** The gate of a block, preprocess or factorized reduce; null: not gated. */
  gate(name: string): tf.Tensor1D | null;
  /** Factor of a candidate operation. */
  coefficient(cell: number, unit: number): tf.Scalar;
  /** Drop-path: factor of a candidate operation for each image, [batch, 1, 1, 1]; null = 1. */
  path(cell: number, unit: number): tf.Tensor4D | null;
  /** Normalizes by the statistics of choice. @param gate applied before; null = none. */
  norm(
    name: string,
    x: tf.Tensor4D,
    gamma: tf.Tensor1D,
    beta: tf.Tensor1D,
    gate: tf.Tensor1D | null,
  ): tf.Tensor4D;
}

/** A state of the network: null where no channel is alive, else with its rectified and pooled forms made once. */
class State {
  private readonly made = new Map<string, tf.Tensor4D>();

  constructor(
    readonly x: tf.Tensor4D,
    readonly channels: readonly number[],
  ) {}

  private once(key: string, make: () => tf.Tensor4D): tf.Tensor4D {
    let value = this.made.get(key);
    if (!value) this.made.set(key, (value = make()));
    return value;
  }

  relu(): tf.Tensor4D {
    return this.once('relu', () => tf.relu(this.x));
  }

  averagePool(stride: number): tf.Tensor4D {
    return this.once('average', () => averagePool(this.x, stride));
  }

  maxPool(stride: number): tf.Tensor4D {
    return this.once('max', () => maxPool(this.x, stride));
  }
}

/** @param images [batch, size, size, channels]. @returns logits, [batch, classes]. */
export function forward(plan: NetworkPlan, images: tf.Tensor4D, source: Source): tf.Tensor2D {
  return classify(
    plan.head,
    plan.endCell,
    forwardCells(plan, images, source),
    images.shape[0],
    source,
  );
}

/** Both heads' logits; `auxiliary` is null where the plan has no such head. */
export function forwardBoth(
  plan: NetworkPlan,
  images: tf.Tensor4D,
  source: Source,
): { logits: tf.Tensor2D; auxiliary: tf.Tensor2D | null } {
  const outputs = forwardCells(plan, images, source);
  const [batch] = images.shape;
  return {
    logits: classify(plan.head, plan.endCell, outputs, batch, source),
    auxiliary:
      plan.auxiliary && classify(plan.auxiliary, plan.auxiliary.cell, outputs, batch, source),
  };
}

/** Output of every cell by its index, of the stem by -1. */
function forwardCells(
  plan: NetworkPlan,
  images: tf.Tensor4D,
  source: Source,
): Map<number, State | null> {
  const batch = images.shape[0];
  const stemShape = source.weight('stem.conv') as tf.Tensor4D;
  const stem = normalize('stem', tf.conv2d(images, stemShape, 1, 1), null, source);
  const outputs = new Map<number, State | null>([
    [-1, new State(stem, plan.cells[0].preprocess[0].inputs)],
  ]);
  for (const cell of plan.cells)
    outputs.set(cell.shape.index, forwardCell(cell, batch, outputs, source));
  return outputs;
}

function classify(
  head: HeadPlan,
  cell: number,
  outputs: ReadonlyMap<number, State | null>,
  batch: number,
  source: Source,
): tf.Tensor2D {
  const end = outputs.get(cell);
  const bias = source.weight(`${head.name}.bias`);
  if (!end) return tf.add(tf.zeros([batch, bias.size]), bias);
  const pooled = tf.mean(end.x, [1, 2]) as tf.Tensor2D;
  return tf.add(tf.matMul(pooled, source.weight(`${head.name}.weight`) as tf.Tensor2D), bias);
}

/** The norm `NAME.norm`, then the gate: it scales and shifts alike, so it goes into gamma and beta. */
function normalize(
  name: string,
  x: tf.Tensor4D,
  gate: tf.Tensor1D | null,
  source: Source,
): tf.Tensor4D {
  const [gamma, beta] = affine(name, source).map((value) =>
    gate ? tf.mul<tf.Tensor1D>(value, gate) : value,
  );
  return source.norm(`${name}.norm`, x, gamma, beta, null);
}

function affine(name: string, source: Source): [gamma: tf.Tensor1D, beta: tf.Tensor1D] {
  return [
    source.weight(`${name}.norm.gamma`) as tf.Tensor1D,
    source.weight(`${name}.norm.beta`) as tf.Tensor1D,
  ];
}

function forwardCell(
  cell: CellPlan,
  batch: number,
  outputs: ReadonlyMap<number, State | null>,
  source: Source,
): State | null {
  const states: (State | null)[] = cell.preprocess.map((p) => {
    const input = outputs.get(p.source) ?? null;
    return p.filters.length === 0
      ? null
      : new State(preprocess(p, input, batch, cell.shape.inputSize, source), p.filters);
  });
  for (let to = 2; to < cell.live.length; to++) {
    const live = cell.live[to];
    const terms: tf.Tensor4D[] = [];
    const coefficients: tf.Scalar[] = [];
    for (const candidate of cell.candidates.filter((k) => k.to === to && k.outputs.length > 0)) {
      const path = source.path(cell.shape.index, candidate.unit);
      const result = forwardCandidate(
        candidate,
        states[candidate.from],
        batch,
        cell.shape.size,
        source,
      );
      const y = path ? tf.mul<tf.Tensor4D>(result, path) : result;
      const whole = candidate.outputs.length === live.length;
      terms.push(
        whole
          ? y
          : scatterChannels(
              y,
              placement(
                candidate.outputs.map((id) => live.indexOf(id)),
                live.length,
              ),
            ),
      );
      coefficients.push(source.coefficient(cell.shape.index, candidate.unit));
    }
    states.push(terms.length === 0 ? null : new State(mixedSum(terms, coefficients), live));
  }
  const nodes = states.slice(2).flatMap((state) => (state ? [state.x] : []));
  if (nodes.length === 0) return null;
  return new State(nodes.length === 1 ? nodes[0] : tf.concat(nodes, 3), []);
}

/** Gated after its norm, a factorized reduce too: in that the reference differs from a stride-2 skip. */
function preprocess(
  plan: PreprocessPlan,
  input: State | null,
  batch: number,
  size: number,
  source: Source,
): tf.Tensor4D {
  let x: tf.Tensor4D;
  if (!input) x = silence(batch, size, plan.filters);
  else if (plan.split === null)
    x = pointwise(input.relu(), source.weight(`${plan.name}.conv`) as tf.Tensor4D);
  else x = reduce({ ...plan, split: plan.split }, input, source);
  return normalize(plan.name, x, source.gate(`${plan.name}.gate`), source);
}

/** What a convolution makes of no channel at all: a batch norm then gives its shift. */
function silence(batch: number, size: number, filters: readonly number[]): tf.Tensor4D {
  return tf.zeros([batch, size, size, filters.length]);
}

function reduce(
  { name, filters, split }: Pick<FactorizedReducePlan, 'name' | 'filters' | 'split'>,
  input: State,
  source: Source,
): tf.Tensor4D {
  const half = (part: string, some: boolean): tf.Tensor4D | null =>
    some ? (source.weight(`${name}.${part}`) as tf.Tensor4D) : null;
  return factorizedReduce(input.relu(), [
    half('conv1', filters[0] < split),
    half('conv2', filters.at(-1)! >= split),
  ]);
}

/** The stride-2 skip, gated before its norm. */
function skipReduce(
  plan: FactorizedReducePlan,
  input: State | null,
  batch: number,
  size: number,
  source: Source,
): tf.Tensor4D {
  const x = input ? reduce(plan, input, source) : silence(batch, size, plan.filters);
  return source.norm(
    `${plan.name}.norm`,
    x,
    ...affine(plan.name, source),
    source.gate(`${plan.name}.gate`),
  );
}

function forwardCandidate(
  plan: CandidatePlan,
  input: State | null,
  batch: number,
  size: number,
  source: Source,
): tf.Tensor4D {
  const { kind } = plan.operation;
  if (plan.reduce) return skipReduce(plan.reduce, input, batch, size, source);
  if (kind === 'separable' || kind === 'dilated') {
    let rectified = input?.relu() ?? null;
    let y = null as tf.Tensor4D | null;
    for (const block of plan.blocks) {
      y =
        block.filters.length === 0 ? null : convolutionBlock(block, rectified, batch, size, source);
      rectified = y && block !== plan.blocks.at(-1) ? tf.relu(y) : null;
    }
    return y!; // Candidates without outputs are left out by the caller.
  }
  if (!input)
    throw new Error(`${kind} of a state without channels has outputs: the plan is inconsistent`);
  if (kind === 'skip') return input.x;
  const pooled =
    kind === 'average-pool' ? input.averagePool(plan.stride) : input.maxPool(plan.stride);
  if (!plan.poolNorm) return pooled;
  const [gamma, beta] = affine(plan.poolNorm.replace(/\.norm$/, ''), source);
  return source.norm(plan.poolNorm, pooled, gamma, beta, null);
}

/** Depthwise, pointwise, batch norm, gate. @param x rectified input; null where no channel is alive. */
export function convolutionBlock(
  block: BlockPlan,
  x: tf.Tensor4D | null,
  batch: number,
  size: number,
  source: Source,
): tf.Tensor4D {
  const { name, stride, dilation } = block;
  const spread =
    x && depthwise(x, source.weight(`${name}.depthwise`) as tf.Tensor4D, stride, dilation);
  const mixed = spread && pointwise(spread, source.weight(`${name}.pointwise`) as tf.Tensor4D);
  return normalize(
    name,
    mixed ?? silence(batch, size, block.filters),
    source.gate(`${name}.gate`),
    source,
  );
}
