/** Masked convolutions and whole convolution candidates against the reference: values, masks, and every gradient. */
import * as v from 'valibot';
import { checkArray, checkMask } from './compare.ts';
import type { Block } from './kernels.ts';
import { expectShape, NdArraySchema, parseAs, ReferenceError } from './reference.ts';
import {
  checkActivations,
  checkPadding,
  checkWeight,
  compareWeight,
  maskedWeight,
  padding,
  positive,
  stride,
  tolerance,
  normArrays,
  xAndY,
  type Checker,
} from './shapes.ts';

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
  ...normArrays,
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
