/**
 * Per normalized quad of channels, everything its batch norm and gate need, in one buffer of vec4, one a field. Written
 * by the prologue (gamma, beta, gate), the statistics (mean .. shift) and the norm's backward pass (the two sums).
 */
const fields = [
  'gamma',
  'beta',
  'gate',
  'mean',
  /** 1 / sqrt(variance + epsilon). */
  'rstd',
  /** What readers apply: y = scale x + shift. */
  'scale',
  'shift',
  /** Sum of the upstream gradient over the plane, and of its product with the normalized input. */
  'sum',
  'sumNormalized',
] as const;
export type SlotField = (typeof fields)[number];

/** vec4 elements of a slot. */
export const slotSize = 10;

export const slotFieldIndex = (field: SlotField): number => fields.indexOf(field);

/** Declares `gammaOf(slot)` and so on: the index of a slot's field in the buffer `slots`. */
export const slotFunctions = fields
  .map((field, i) => `fn ${field}Of(slot : u32) -> u32 {\n  return slot * ${slotSize}u + ${i}u;\n}`)
  .join('\n');

/** Binding of a program that only reads them. */
export const slotBinding = ['slots', 'read', 'vec4f'] as const;
