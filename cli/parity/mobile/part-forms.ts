/** What the reference's files of single parts hold. */
import * as v from 'valibot';
import { mbconvExpansions, mbconvKernels } from '../../../src/domain/operations/mbconv.ts';
import { NdArraySchema } from '../reference.ts';
import { maskedWeight as maskedArrays, normArrays as norm, stride, xAndY } from '../shapes.ts';

const plainWeight = { weight: NdArraySchema, dWeight: NdArraySchema };
const maskedWeight = v.object(maskedArrays);
const gatedNorm = v.object({
  ...norm,
  gateLogits: NdArraySchema,
  dGateLogits: NdArraySchema,
  committedFilterMask: NdArraySchema,
  filterMask: NdArraySchema,
});
const candidate = {
  kernel: v.picklist(mbconvKernels),
  expansion: v.picklist(mbconvExpansions),
  stride,
  filterThreshold: NdArraySchema,
  dFilterThreshold: NdArraySchema,
  weightThreshold: NdArraySchema,
  dWeightThreshold: NdArraySchema,
  expand: maskedWeight,
  expandNorm: v.object(norm),
  depthwise: maskedWeight,
  depthwiseNorm: gatedNorm,
  project: maskedWeight,
  projectNorm: gatedNorm,
};
export const CandidateSchema = v.object({ ...xAndY, ...candidate });
export const LayerSchema = v.object({
  ...xAndY,
  stride,
  shortcut: v.boolean(),
  operations: v.array(v.string()),
  alpha: NdArraySchema,
  dAlpha: NdArraySchema,
  operationThresholds: NdArraySchema,
  dOperationThresholds: NdArraySchema,
  committedOperationMask: NdArraySchema,
  operationMask: NdArraySchema,
  candidates: v.record(v.string(), v.object(candidate)),
});
export const HeadSchema = v.object({
  ...xAndY,
  filterThreshold: NdArraySchema,
  dFilterThreshold: NdArraySchema,
  conv: v.object(plainWeight),
  norm: gatedNorm,
  classifier: v.object({ ...plainWeight, bias: NdArraySchema, dBias: NdArraySchema }),
});

/** Arrays of the file by the names that the super-net's file gives them. */
