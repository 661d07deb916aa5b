/**
 * Per normalized quad of channels, everything its batch norm and gate need, in one buffer: `slots[slot * 10 + field]`,
 * one vec4 a field. Written by the prologue (gamma, beta, gate), the statistics (mean .. shift) and the norm's
 * backward pass (the two sums).
 */
export const slotSize = 10;

const fields = [
  'gamma',
  'beta',
  'gate',
  'mean',
  'rstd',
  'scale',
  'shift',
  'sum',
  'sumNormalized',
] as const;
export type SlotField = (typeof fields)[number];

export const slotFieldIndex = (field: SlotField): number => fields.indexOf(field);

export function slotOffset(slot: string, field: SlotField): string {
  return `(${slot}) * SLOT + ${slotFieldIndex(field)}u`;
}

export const slotFields = `
const SLOT = ${slotSize}u;`;
