/** The TensorFlow.js compositions behind the interface of the parity check. */
import * as tf from '@tensorflow/tfjs-core';
import { createComposedStepper } from '../../src/engine/supernet/composed-stepper.ts';
import type { ComposedBackend } from '../../src/engine/supernet/composed/backend.ts';
import { batchNorm } from '../../src/kernels/composed/batch-norm.ts';
import { binaryStep } from '../../src/kernels/composed/binary-step.ts';
import { depthwise } from '../../src/kernels/composed/depthwise.ts';
import { factorizedReduce } from '../../src/kernels/composed/factorized-reduce.ts';
import { filterGate } from '../../src/kernels/composed/filter-gate.ts';
import { maskedWeight, weightMask } from '../../src/kernels/composed/masked-weight.ts';
import { pointwise } from '../../src/kernels/composed/pointwise.ts';
import { averagePool, maxPool } from '../../src/kernels/composed/pools.ts';
import { walk } from '../../src/engine/supernet/composed/network.ts';
import type { Source } from '../../src/engine/supernet/composed/network.ts';
import { cutLeaves, leafSource, trainedGroups } from '../../src/engine/supernet/composed/pass.ts';
import { Units } from '../../src/engine/supernet/composed/units.ts';
import type { PackedGroups } from '../../src/engine/supernet/composed/units.ts';
import { parameterGroups } from '../../src/domain/graph/parameters.ts';
import type { Block, BlockResult, ReferenceKernels } from './kernels.ts';
import { differentiate, download, upload } from './differentiate.ts';
import type { NdArray } from './reference.ts';

/** A block's inputs in the order in which `blockForward` takes them. */
const blockInputs = ({ depthwise: d, pointwise: p, norm }: Block): NdArray[] => [
  d.weight,
  p.weight,
  norm.gamma,
  norm.beta,
  norm.gateLogits,
];
const perBlock = 5;
type FiveArrays = [NdArray, NdArray, NdArray, NdArray, NdArray];

function blockForward(
  block: Block,
  x: tf.Tensor4D,
  inputs: tf.Tensor[],
  filterThreshold: tf.Tensor,
  weightThreshold: tf.Tensor,
): tf.Tensor4D {
  const [wide, mixing, gamma, beta, logits] = inputs as [
    tf.Tensor4D,
    tf.Tensor4D,
    tf.Tensor1D,
    tf.Tensor1D,
    tf.Tensor1D,
  ];
  const spread = depthwise(
    tf.relu(x),
    maskedWeight(wide, weightThreshold, upload(block.depthwise.committedMask)),
    block.stride,
    block.dilation,
  );
  const mixed = pointwise(
    spread,
    maskedWeight(mixing, weightThreshold, upload(block.pointwise.committedMask)),
  );
  const gate = filterGate(logits, filterThreshold, upload(block.norm.committedFilterMask));
  return batchNorm(mixed, tf.mul(gamma, gate), tf.mul(beta, gate));
}

/** The masks in effect: depthwise, pointwise, filters. */
function blockMasks(
  block: Block,
  inputs: tf.Tensor[],
  filterThreshold: tf.Tensor,
  weightThreshold: tf.Tensor,
): tf.Tensor[] {
  const [wide, mixing, , , logits] = inputs;
  return [
    weightMask(wide!, weightThreshold, upload(block.depthwise.committedMask)),
    weightMask(mixing!, weightThreshold, upload(block.pointwise.committedMask)),
    tf.mul(
      upload(block.norm.committedFilterMask),
      binaryStep(tf.sub(tf.sigmoid(logits!), filterThreshold)),
    ),
  ];
}

/** The composed walk over a part of a network, in one tape. */
const part: ReferenceKernels['part'] = async ({ plan, parameters, output, x, dy }) => {
  const { groups, size } = plan.table;
  const units = new Units(
    plan,
    parameters.weightMask,
    { operation: true, filter: true, weight: true },
    plan.cells.map(() => new Float32Array(plan.unitNodes.length)),
  );
  const results = tf.tidy(() => {
    const packed = {} as PackedGroups;
    for (const group of parameterGroups) {
      const { offset, size: length } = groups[group];
      packed[group] = tf.tensor1d(parameters.values.slice(offset, offset + length));
    }
    const image = upload<tf.Tensor4D>(x);
    const decision = units.decide(packed);
    const norm: Source['norm'] = (_name, input, gamma, beta, gate) =>
      batchNorm(input, gamma, beta, gate);
    let y: tf.Tensor | undefined;
    const inputs = [image, ...trainedGroups.map((group) => packed[group])];
    const { grads } = tf.engine().gradients(
      () => {
        const leaves = cutLeaves(plan, units.effective(packed, decision), true);
        y = tf.keep(walk(plan, [output], image, leafSource(plan, leaves, norm))[0]!);
        return tf.sum(tf.mul(y, upload(dy)));
      },
      inputs,
      undefined,
      true,
    );
    // A parameter that nothing reads has no gradient.
    const gradients = inputs.map((input, i): tf.Tensor => grads[i] ?? tf.zerosLike(input));
    const { weights, gates, coefficients } = units.effective(packed, decision);
    return [y!, ...gradients, weights, gates, coefficients];
  });
  units.dispose();
  const arrays: NdArray[] = [];
  for (const result of results) arrays.push(await download(result));
  tf.dispose(results);
  const [y, dx] = arrays as [NdArray, NdArray];
  const gradient = new Float32Array(size);
  trainedGroups.forEach((group, i) => gradient.set(arrays[i + 2]!.data, groups[group].offset));
  const last = arrays.slice(-3).map(({ data }) => data);
  const [weights, gates, coefficients] = last as [Float32Array, Float32Array, Float32Array];
  return { y, dx, gradient, weights, gates, coefficients };
};

export function composedKernels(backend: ComposedBackend): ReferenceKernels {
  return {
    async binaryStep({ x, dy }) {
      const { y, gradients } = await differentiate((t) => binaryStep(t), [x], dy);
      return { y, dx: gradients[0] };
    },

    async maskedConvolution({
      depthwise: isDepthwise,
      stride,
      dilation,
      x,
      weight,
      committedMask,
      threshold,
      dy,
    }) {
      const { y, extras, gradients } = await differentiate(
        (input, w, t) => {
          const masked = maskedWeight(w as tf.Tensor4D, t, upload(committedMask));
          return isDepthwise
            ? depthwise(input as tf.Tensor4D, masked, stride, dilation)
            : pointwise(input as tf.Tensor4D, masked);
        },
        [x, weight, threshold],
        dy,
        (_, w, t) => [weightMask(w, t, upload(committedMask))],
      );
      const [dx, dWeight, dThreshold] = gradients;
      return { y, mask: extras[0]!, dx, dWeight, dThreshold };
    },

    async convolutionCandidate({ x, blocks, filterThreshold, weightThreshold, dy }) {
      const of = (all: tf.Tensor[], b: number): tf.Tensor[] =>
        all.slice(3 + b * perBlock, 3 + (b + 1) * perBlock);
      const { y, extras, gradients } = await differentiate(
        (...all) =>
          blocks.reduce(
            (h, block, b) => blockForward(block, h, of(all, b), all[1], all[2]),
            all[0] as tf.Tensor4D,
          ),
        [x, filterThreshold, weightThreshold, ...blocks.flatMap(blockInputs)],
        dy,
        (...all) => blocks.flatMap((block, b) => blockMasks(block, of(all, b), all[1], all[2])),
      );
      const [dx, dFilterThreshold, dWeightThreshold] = gradients;
      const results = blocks.map((_, b): BlockResult => {
        const own = gradients.slice(3 + b * perBlock, 3 + (b + 1) * perBlock) as FiveArrays;
        const [dDepthwise, dPointwise, dGamma, dBeta, dGateLogits] = own;
        const masks = extras.slice(b * 3, (b + 1) * 3) as [NdArray, NdArray, NdArray];
        const [depthwiseMask, pointwiseMask, filterMask] = masks;
        return {
          depthwise: { mask: depthwiseMask, dWeight: dDepthwise },
          pointwise: { mask: pointwiseMask, dWeight: dPointwise },
          norm: { dGamma, dBeta, dGateLogits, filterMask },
        };
      });
      return { y, dx, dFilterThreshold, dWeightThreshold, blocks: results };
    },

    async factorizedReduce({ x, weights, gamma, beta, gateLogits, filterMask, dy }) {
      const { y, gradients } = await differentiate(
        (input, w1, w2, scale, shift, logits) => {
          const gate = filterGate(logits as tf.Tensor1D, null, upload(filterMask));
          const reduced = factorizedReduce(tf.relu(input as tf.Tensor4D), [
            w1 as tf.Tensor4D,
            w2 as tf.Tensor4D,
          ]);
          return batchNorm(reduced, scale as tf.Tensor1D, shift as tf.Tensor1D, gate);
        },
        [x, ...weights, gamma, beta, gateLogits],
        dy,
      );
      const [dx, dWeight1, dWeight2, dGamma, dBeta, dGateLogits] = gradients;
      return { y, dx, dWeights: [dWeight1, dWeight2], dGamma, dBeta, dGateLogits };
    },

    async pool({ kind, stride, x, dy }) {
      const pool = kind === 'max' ? maxPool : averagePool;
      const { y, gradients } = await differentiate(
        (input) => pool(input as tf.Tensor4D, stride),
        [x],
        dy,
      );
      return { y, dx: gradients[0] };
    },

    part,

    createStepper: () => createComposedStepper(backend),
  };
}
