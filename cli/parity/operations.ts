/** Steps, pools and factorized reductions against the reference: values and every gradient. Convolutions: convolutions.ts. */
import * as v from 'valibot';
import { checkArray } from './compare.ts';
import { expectShape, NdArraySchema, parseAs, ReferenceError } from './reference.ts';
import { checkActivations, normArrays, stride, tolerance, xAndY, type Checker } from './shapes.ts';

const StepSchema = v.object(xAndY);

export const checkBinaryStep: Checker = async (content, file, kernels) => {
  const reference = parseAs(StepSchema, content, file);
  for (const field of ['y', 'dx', 'dy'] as const)
    expectShape(reference[field], reference.x.shape, file, field);
  const { y, dx } = await kernels.binaryStep(reference);
  return [
    checkArray('y', y, reference.y, tolerance),
    checkArray('dx', dx, reference.dx, tolerance),
  ];
};

const PoolSchema = v.object({
  ...xAndY,
  what: v.optional(v.string(), ''),
  stride,
  padding: v.literal(1),
});

export const checkPool: Checker = async (content, file, kernels) => {
  const reference = parseAs(PoolSchema, content, file);
  checkActivations(reference, reference.stride, reference.x.shape[3]!, file);
  // Both pools' files have the same fields: the description tells them apart, or else the file's name.
  const kind = [reference.what, file].map((text) =>
    /avg|average/i.test(text) ? 'average' : /max/i.test(text) ? 'max' : null,
  );
  const found = kind[0] ?? kind[1];
  if (!found)
    throw new ReferenceError(`${file}: field 'what': says neither 'avg' nor 'max' pooling`);
  const { y, dx } = await kernels.pool({
    kind: found,
    stride: reference.stride,
    x: reference.x,
    dy: reference.dy,
  });
  return [
    checkArray('y', y, reference.y, tolerance),
    checkArray('dx', dx, reference.dx, tolerance),
  ];
};

const ReduceSchema = v.object({
  ...xAndY,
  conv1: v.object({ weight: NdArraySchema, dWeight: NdArraySchema }),
  conv2: v.object({ weight: NdArraySchema, dWeight: NdArraySchema }),
  norm: v.object(normArrays),
  gateLogits: NdArraySchema,
  dGateLogits: NdArraySchema,
  filterMask: NdArraySchema,
});

export const checkFactorizedReduce: Checker = async (content, file, kernels) => {
  const reference = parseAs(ReduceSchema, content, file);
  const { conv1, conv2, norm, gateLogits, dGateLogits, filterMask, x } = reference;
  const filters = conv1.weight.shape[3]! + conv2.weight.shape[3]!;
  checkActivations(reference, 2, filters, file);
  for (const [name, { weight, dWeight }] of Object.entries({ conv1, conv2 })) {
    const shape = [1, 1, x.shape[3]!, weight.shape[3]!];
    expectShape(weight, shape, file, `${name}.weight`);
    expectShape(dWeight, shape, file, `${name}.dWeight`);
  }
  for (const [key, array] of Object.entries({ ...norm, gateLogits, dGateLogits, filterMask }))
    expectShape(array, [filters], file, key);
  const weights = [conv1.weight, conv2.weight] as const;
  const result = await kernels.factorizedReduce({
    ...reference,
    weights,
    gamma: norm.gamma,
    beta: norm.beta,
  });
  return [
    checkArray('y', result.y, reference.y, tolerance),
    checkArray('dx', result.dx, reference.dx, tolerance),
    checkArray('conv1.dWeight', result.dWeights[0], conv1.dWeight, tolerance),
    checkArray('conv2.dWeight', result.dWeights[1], conv2.dWeight, tolerance),
    checkArray('norm.dGamma', result.dGamma, norm.dGamma, tolerance),
    checkArray('norm.dBeta', result.dBeta, norm.dBeta, tolerance),
    checkArray('dGateLogits', result.dGateLogits, dGateLogits, tolerance),
  ];
};
