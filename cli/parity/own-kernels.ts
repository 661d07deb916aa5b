/** The WGSL programs behind the interface of the parity check. */
import { factsOf } from '../../src/domain/operations/facts.ts';
import type { OperationFacts } from '../../src/domain/operations/facts.ts';
import { operations } from '../../src/domain/operations/registry.ts';
import { createWebGPUStepper } from '../../src/engine/supernet/webgpu-stepper.ts';
import { range } from '../../src/engine/supernet/webgpu/tiles.ts';
import type { Gpu } from '../../src/kernels/webgpu/runtime.ts';
import type { Block, BlockResult, ReferenceKernels } from './kernels.ts';
import { maskedConvolution } from './own-convolution.ts';
import { fullIndices, runGroup } from './own-group.ts';
import type { GroupResult, GroupSetup } from './own-group.ts';
import { binaryStep, weightMask } from './own-mask.ts';
import { ownPart } from './own-part.ts';
import type { NdArray } from './reference.ts';

/** The operation that is made so. */
function operationThat(
  what: string,
  isMadeSo: (facts: OperationFacts) => boolean,
  stride = 1,
): GroupSetup['operation'] {
  const found = operations.find((operation) => isMadeSo(factsOf(operation, stride)));
  if (!found) throw new Error(`no operation is ${what}`);
  return found.name;
}

/** Names of a candidate's parameters, by the array that holds each. */
type Arrays = Readonly<Record<string, NdArray>>;

function fill(
  arrays: Arrays,
  committed: Arrays,
  thresholds: Readonly<Record<string, number>>,
): GroupSetup['fill'] {
  return ({ values, weightMask: mask }, { table }, name) => {
    const put = (
      target: Float32Array | Uint8Array,
      key: string,
      { shape, data }: NdArray,
    ): void => {
      const spec = table.byName.get(`${name}.${key}`)!;
      fullIndices(spec, shape).forEach((from, i) => (target[spec.offset + i] = data[from]!));
    };
    for (const [key, array] of Object.entries(arrays)) put(values, key, array);
    for (const [key, array] of Object.entries(committed)) put(mask, key, array);
    for (const [key, value] of Object.entries(thresholds))
      values[table.byName.get(`cells.0.${key}`)!.offset] = value;
  };
}

/** Gradient of a parameter at full size; 0 where its units are physically gone. */
function gradientOf(
  { plan, gradient, name }: GroupResult,
  key: string,
  shape: readonly number[],
): NdArray {
  const spec = plan.table.byName.get(`${name}.${key}`)!;
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  fullIndices(spec, shape).forEach((to, i) => (data[to] = gradient[spec.offset + i]!));
  return { shape, data };
}

function thresholdGradient({ plan, gradient }: GroupResult, key: string): NdArray {
  const { offset } = plan.table.byName.get(`cells.0.${key}`)!;
  return { shape: [1], data: gradient.slice(offset, offset + 1) };
}

async function blockResult(
  gpu: Gpu,
  result: GroupResult,
  block: Block,
  b: number,
  weightThreshold: number,
): Promise<BlockResult> {
  const gradient = (key: string, like: NdArray): NdArray =>
    gradientOf(result, `block${b}.${key}`, like.shape);
  const { depthwise, pointwise, norm } = block;
  return {
    depthwise: {
      mask: await weightMask(gpu, depthwise, weightThreshold),
      dWeight: gradient('depthwise', depthwise.weight),
    },
    pointwise: {
      mask: await weightMask(gpu, pointwise, weightThreshold),
      dWeight: gradient('pointwise', pointwise.weight),
    },
    norm: {
      dGamma: gradient('norm.gamma', norm.gamma),
      dBeta: gradient('norm.beta', norm.beta),
      dGateLogits: gradient('gate', norm.gateLogits),
      filterMask: {
        shape: norm.gateLogits.shape,
        data: result.gates(`block${b}`, norm.gateLogits.shape).map((g) => (g > 0 ? 1 : 0)),
      },
    },
  };
}

export function ownKernels(gpu: Gpu): ReferenceKernels {
  return {
    binaryStep: binaryStep(gpu),

    maskedConvolution: maskedConvolution(gpu),

    async convolutionCandidate({ x, blocks, filterThreshold, weightThreshold, dy }) {
      const { kernel, dilation, stride } = blocks[0]!;
      const of = <T>(pick: (block: Block) => Record<string, T>): Record<string, T> =>
        Object.fromEntries(
          blocks.flatMap((block, b) =>
            Object.entries(pick(block)).map(([key, array]) => [`block${b}.${key}`, array]),
          ),
        );
      const result = await runGroup(gpu, {
        operation: operationThat(
          `${blocks.length} blocks of kernel ${kernel} and dilation ${dilation}`,
          (facts) =>
            facts.blocks.length === blocks.length &&
            facts.blocks.every((b) => b.kernel === kernel && b.dilation === dilation),
        ),
        stride,
        x,
        dy,
        outputs: range(dy.shape[3]!),
        channels: Math.max(x.shape[3]!, ...blocks.map((block) => block.norm.gamma.data.length)),
        // Committed filters are physically gone, as in a search.
        survivors: Object.fromEntries(
          blocks.map(({ norm }, b) => [
            `block${b}`,
            range(norm.gamma.data.length).filter((c) => norm.committedFilterMask.data[c]),
          ]),
        ),
        fill: fill(
          of(({ depthwise, pointwise, norm }) => ({
            depthwise: depthwise.weight,
            pointwise: pointwise.weight,
            'norm.gamma': norm.gamma,
            'norm.beta': norm.beta,
            gate: norm.gateLogits,
          })),
          of(({ depthwise, pointwise }) => ({
            depthwise: depthwise.committedMask,
            pointwise: pointwise.committedMask,
          })),
          { filterThreshold: filterThreshold.data[0]!, weightThreshold: weightThreshold.data[0]! },
        ),
      });
      const results: BlockResult[] = [];
      for (const [b, block] of blocks.entries())
        results.push(await blockResult(gpu, result, block, b, weightThreshold.data[0]!));
      return {
        y: result.y,
        dx: result.dx,
        dFilterThreshold: thresholdGradient(result, 'filterThreshold'),
        dWeightThreshold: thresholdGradient(result, 'weightThreshold'),
        blocks: results,
      };
    },

    async factorizedReduce({ x, weights, gamma, beta, gateLogits, filterMask, dy }) {
      const [a, b] = weights.map(({ shape }) => shape[3]);
      // Ids of the second convolution's filters begin at half the channels, however many the first one has.
      const channels = Math.max(x.shape[3]!, 2 * Math.max(a!, b!));
      const outputs = [...range(a!), ...range(b!).map((f) => Math.floor(channels / 2) + f)];
      const spread = ({ data }: NdArray): NdArray => {
        const full = new Float32Array(channels);
        outputs.forEach((id, f) => (full[id] = data[f]!));
        return { shape: [channels], data: full };
      };
      // A masked filter still gives its beta: gated before the norm. Its gate is shut by its logit.
      const logits = {
        shape: gateLogits.shape,
        data: gateLogits.data.map((logit, f) => (filterMask.data[f] ? logit : -1e4)),
      };
      const half = (weight: NdArray, first: number): NdArray => {
        const filters = weight.shape[3]!;
        const full = new Float32Array(weight.shape[2]! * channels);
        weight.data.forEach(
          (w, i) => (full[Math.floor(i / filters) * channels + first + (i % filters)] = w),
        );
        return { shape: [1, 1, weight.shape[2]!, channels], data: full };
      };
      const split = Math.floor(channels / 2);
      const arrays = {
        conv1: half(weights[0], 0),
        conv2: half(weights[1], split),
        'norm.gamma': spread(gamma),
        'norm.beta': spread(beta),
        gate: spread(logits),
      };
      const operation = operationThat('a factorized reduce', ({ reduce }) => reduce !== null, 2);
      const survivors = { [operation]: outputs };
      const result = await runGroup(gpu, {
        operation,
        stride: 2,
        x,
        dy,
        outputs,
        channels,
        survivors,
        fill: fill(arrays, {}, {}),
      });
      const perFilter = (key: string): NdArray => {
        const { data } = gradientOf(result, key, [channels]);
        return { shape: gamma.shape, data: Float32Array.from(outputs, (id) => data[id]!) };
      };
      const dWeight = (key: string, { shape }: NdArray): NdArray => {
        const spec = result.plan.table.byName.get(`${result.name}.${key}`)!;
        return { shape, data: result.gradient.slice(spec.offset, spec.offset + spec.size) };
      };
      return {
        y: result.y,
        dx: result.dx,
        dWeights: [dWeight('conv1', weights[0]), dWeight('conv2', weights[1])],
        dGamma: perFilter('norm.gamma'),
        dBeta: perFilter('norm.beta'),
        dGateLogits: perFilter('gate'),
      };
    },

    async pool({ kind, stride, x, dy }) {
      const channels = x.shape[3]!;
      const operation = operationThat(`a ${kind} pool`, ({ pool }) => pool?.pool === kind);
      const { y, dx } = await runGroup(gpu, {
        operation,
        stride,
        x,
        dy,
        outputs: range(channels),
        channels,
        fill: () => undefined,
      });
      return { y, dx };
    },

    part: ownPart(gpu),

    createStepper: () => Promise.resolve(createWebGPUStepper(gpu)),
  };
}
