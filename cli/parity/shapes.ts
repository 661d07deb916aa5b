/** What the checks of single operations have in common: the fields of their files and the shapes that these must have. */
import * as v from 'valibot';
import { checkArray, checkMask } from './compare.ts';
import type { Check } from './compare.ts';
import type { MaskedWeight, ReferenceKernels } from './kernels.ts';
import { expectShape, NdArraySchema, ReferenceError } from './reference.ts';
import type { NdArray } from './reference.ts';

/** float32, another order of summation. */
export const tolerance = 1e-4;

export const positive = v.pipe(v.number(), v.integer(), v.minValue(1));
export const stride = v.picklist([1, 2]);
export const padding = v.pipe(v.number(), v.integer(), v.minValue(0));
export const xAndY = { x: NdArraySchema, y: NdArraySchema, dy: NdArraySchema, dx: NdArraySchema };

/** A norm's parameters and their gradients. */
export const normArrays = {
  gamma: NdArraySchema,
  beta: NdArraySchema,
  dGamma: NdArraySchema,
  dBeta: NdArraySchema,
};

export type Checker = (
  content: unknown,
  file: string,
  kernels: ReferenceKernels,
) => Promise<Check[]>;

export const maskedWeight = {
  weight: NdArraySchema,
  committedMask: NdArraySchema,
  mask: NdArraySchema,
  dWeight: NdArraySchema,
};
export function checkPadding(
  { kernel, dilation, padding: given }: { kernel: number; dilation: number; padding: number },
  file: string,
): void {
  const expected = ((kernel - 1) / 2) * dilation;
  if (given !== expected)
    throw new ReferenceError(
      `${file}: field 'padding': ${given}, only (kernel - 1) / 2 * dilation = ${expected} is known`,
    );
}

export function checkActivations(
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

export function checkWeight(
  reference: WeightReference,
  shape: readonly number[],
  file: string,
  prefix: string,
): void {
  for (const field of ['weight', 'committedMask', 'mask', 'dWeight'] as const)
    expectShape(reference[field], shape, file, prefix + field);
}

export function compareWeight(
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
