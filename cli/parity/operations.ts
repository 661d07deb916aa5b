/** Single operations against the reference: values, masks, and every gradient. */
import * as v from 'valibot';
import { checkArray, checkMask } from './compare.ts';
import type { Check } from './compare.ts';
import type { Block, MaskedWeight, ReferenceKernels } from './kernels.ts';
import { expectShape, NdArraySchema, parseAs, ReferenceError } from './reference.ts';
import type { NdArray } from './reference.ts';

/** float32, another order of summation. */
const tolerance = 1e-4;

const positive = v.pipe(v.number(), v.integer(), v.minValue(1));
const stride = v.picklist([1, 2]);
const padding = v.pipe(v.number(), v.integer(), v.minValue(0));
const xAndY = { x: NdArraySchema, y: NdArraySchema, dy: NdArraySchema, dx: NdArraySchema };

type Checker = (content: unknown, file: string, kernels: ReferenceKernels) => Promise<Check[]>;

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

const maskedWeight = {
  weight: NdArraySchema,
  committedMask: NdArraySchema,
  mask: NdArraySchema,
  dWeight: NdArraySchema,
};
const ConvolutionSchema = v.object({
  ...xAndY,
  ...maskedWeight,
  kernel: positive,
  stride,
  padding,
  dilation: positive,
  groups: positive,
  threshold: NdArraySchema,
  dThreshold: NdArraySchema,
});

export const checkMaskedConvolution: Checker = async (content, file, kernels) => {
  const reference = parseAs(ConvolutionSchema, content, file);
  const { kernel, groups, weight, x } = reference;
  const isDepthwise = groups > 1;
  if (isDepthwise ? groups !== x.shape[3] : kernel !== 1) {
    throw new ReferenceError(
      `${file}: field 'groups': ${groups} with kernel ${kernel} is neither depthwise nor pointwise`,
    );
  }
  checkPadding(reference, file);
  const filters = isDepthwise ? groups : weight.shape[3]!;
  checkActivations(reference, reference.stride, filters, file);
  checkWeight(
    reference,
    isDepthwise ? [kernel, kernel, groups, 1] : [1, 1, x.shape[3]!, filters],
    file,
    '',
  );
  expectShape(reference.threshold, [1], file, 'threshold');
  const result = await kernels.maskedConvolution({ ...reference, depthwise: isDepthwise });
  const { y, dx, dThreshold } = result;
  return [
    checkArray('y', y, reference.y, tolerance),
    checkArray('dx', dx, reference.dx, tolerance),
    checkArray('dThreshold', dThreshold, reference.dThreshold, tolerance),
    ...compareWeight('', result, reference, reference.threshold.data[0]!),
  ];
};

const WeightSchema = v.object(maskedWeight);
const NormSchema = v.object({
  gamma: NdArraySchema,
  beta: NdArraySchema,
  dGamma: NdArraySchema,
  dBeta: NdArraySchema,
  gateLogits: NdArraySchema,
  dGateLogits: NdArraySchema,
  committedFilterMask: NdArraySchema,
  filterMask: NdArraySchema,
});
const CandidateSchema = v.object({
  ...xAndY,
  kernel: positive,
  stride,
  padding,
  dilation: v.optional(positive, 1),
  filterThreshold: NdArraySchema,
  dFilterThreshold: NdArraySchema,
  weightThreshold: NdArraySchema,
  dWeightThreshold: NdArraySchema,
});

/** Blocks are numbered fields (`depthwise1`, `pointwise1`, `norm1`, ...), or a single one without a number. */
export const checkCandidate: Checker = async (content, file, kernels) => {
  const reference = parseAs(CandidateSchema, content, file);
  const fields = content as Record<string, unknown>;
  const suffixes =
    'depthwise' in fields
      ? ['']
      : Object.keys(fields)
          .flatMap((key) => /^depthwise(\d+)$/.exec(key)?.[1] ?? [])
          .sort();
  const parts = suffixes.map((suffix) =>
    parseAs(
      v.object({
        [`depthwise${suffix}`]: WeightSchema,
        [`pointwise${suffix}`]: WeightSchema,
        [`norm${suffix}`]: NormSchema,
      }),
      content,
      file,
    ),
  );
  checkPadding(reference, file);
  let channels = reference.x.shape[3]!;
  const expected = suffixes.map((suffix, b) => {
    const depthwise = parts[b]![`depthwise${suffix}`] as v.InferOutput<typeof WeightSchema>;
    const pointwise = parts[b]![`pointwise${suffix}`] as v.InferOutput<typeof WeightSchema>;
    const norm = parts[b]![`norm${suffix}`] as v.InferOutput<typeof NormSchema>;
    checkWeight(
      depthwise,
      [reference.kernel, reference.kernel, channels, 1],
      file,
      `depthwise${suffix}.`,
    );
    checkWeight(
      pointwise,
      [1, 1, channels, pointwise.weight.shape[3]!],
      file,
      `pointwise${suffix}.`,
    );
    channels = pointwise.weight.shape[3]!;
    for (const [key, array] of Object.entries(norm))
      expectShape(array, [channels], file, `norm${suffix}.${key}`);
    return { suffix, depthwise, pointwise, norm };
  });
  checkActivations(reference, reference.stride, channels, file);
  for (const field of ['filterThreshold', 'weightThreshold'] as const)
    expectShape(reference[field], [1], file, field);
  const blocks = expected.map(({ depthwise, pointwise, norm }, b): Block => ({
    kernel: reference.kernel,
    stride: b === 0 ? reference.stride : 1,
    dilation: reference.dilation,
    depthwise,
    pointwise,
    norm,
  }));
  const result = await kernels.convolutionCandidate({ ...reference, blocks });
  const weightThreshold = reference.weightThreshold.data[0]!;
  const filterThreshold = reference.filterThreshold.data[0]!;
  return [
    ...(['y', 'dx', 'dFilterThreshold', 'dWeightThreshold'] as const).map((field) =>
      checkArray(field, result[field], reference[field], tolerance),
    ),
    ...expected.flatMap(({ suffix, depthwise, pointwise, norm }, b) => {
      const actual = result.blocks[b]!;
      const margin = norm.gateLogits.data.map(
        (logit) => 1 / (1 + Math.exp(-logit)) - filterThreshold,
      );
      return [
        ...compareWeight(`depthwise${suffix}.`, actual.depthwise, depthwise, weightThreshold),
        ...compareWeight(`pointwise${suffix}.`, actual.pointwise, pointwise, weightThreshold),
        ...(['dGamma', 'dBeta', 'dGateLogits'] as const).map((field) =>
          checkArray(`norm${suffix}.${field}`, actual.norm[field], norm[field], tolerance),
        ),
        checkMask(
          `norm${suffix}.filterMask`,
          actual.norm.filterMask.data,
          norm.filterMask.data,
          margin,
        ),
      ];
    }),
  ];
};

const ReduceSchema = v.object({
  ...xAndY,
  conv1: v.object({ weight: NdArraySchema, dWeight: NdArraySchema }),
  conv2: v.object({ weight: NdArraySchema, dWeight: NdArraySchema }),
  norm: v.object({
    gamma: NdArraySchema,
    beta: NdArraySchema,
    dGamma: NdArraySchema,
    dBeta: NdArraySchema,
  }),
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

function checkPadding(
  { kernel, dilation, padding: given }: { kernel: number; dilation: number; padding: number },
  file: string,
): void {
  const expected = ((kernel - 1) / 2) * dilation;
  if (given !== expected)
    throw new ReferenceError(
      `${file}: field 'padding': ${given}, only (kernel - 1) / 2 * dilation = ${expected} is known`,
    );
}

function checkActivations(
  reference: Record<'x' | 'y' | 'dy' | 'dx', NdArray>,
  step: number,
  channels: number,
  file: string,
): void {
  const { x } = reference;
  if (x.shape.length !== 4)
    throw new ReferenceError(`${file}: field 'x': rank ${x.shape.length}, expected 4 (NHWC)`);
  const [batch, height, width] = x.shape as [number, number, number, number];
  const output = [batch, Math.ceil(height / step), Math.ceil(width / step), channels];
  expectShape(reference.dx, x.shape, file, 'dx');
  expectShape(reference.y, output, file, 'y');
  expectShape(reference.dy, output, file, 'dy');
}

type WeightReference = MaskedWeight & { mask: NdArray; dWeight: NdArray };

function checkWeight(
  reference: WeightReference,
  shape: readonly number[],
  file: string,
  prefix: string,
): void {
  for (const field of ['weight', 'committedMask', 'mask', 'dWeight'] as const)
    expectShape(reference[field], shape, file, prefix + field);
}

function compareWeight(
  prefix: string,
  actual: { mask: NdArray; dWeight: NdArray },
  expected: WeightReference,
  threshold: number,
): Check[] {
  return [
    checkArray(`${prefix}dWeight`, actual.dWeight, expected.dWeight, tolerance),
    checkMask(
      `${prefix}mask`,
      actual.mask.data,
      expected.mask.data,
      expected.weight.data.map((w) => Math.abs(w) - threshold),
    ),
  ];
}
