/** Weights and slots of drawn convolutions in kernel order. */
import { quadsOf } from '../quad.ts';
import { slotFieldIndex, slotSize } from '../slots.ts';
import type { SlotField } from '../slots.ts';

/** [k, k, channels, 1] as [quad][tap] vec4. */
export function packTaps(filter: Float32Array, kernel: number, channels: number): Float32Array {
  const taps = kernel * kernel;
  const result = new Float32Array(quadsOf(channels) * taps * 4);
  for (let tap = 0; tap < taps; tap++) {
    for (let c = 0; c < channels; c++)
      result[((c >> 2) * taps + tap) * 4 + (c & 3)] = filter[tap * channels + c]!;
  }
  return result;
}

/** The way back of `packTaps`. */
export function unpackTaps(packed: Float32Array, kernel: number, channels: number): Float32Array {
  const taps = kernel * kernel;
  const result = new Float32Array(taps * channels);
  for (let tap = 0; tap < taps; tap++) {
    for (let c = 0; c < channels; c++)
      result[tap * channels + c] = packed[((c >> 2) * taps + tap) * 4 + (c & 3)]!;
  }
  return result;
}

/** [inputs, outputs] as [output quad][input quad][input lane] vec4 over outputs. */
export function packMatrix(matrix: Float32Array, inputs: number, outputs: number): Float32Array {
  const inQuads = quadsOf(inputs);
  const result = new Float32Array(quadsOf(outputs) * inQuads * 16);
  for (let i = 0; i < inputs; i++) {
    for (let o = 0; o < outputs; o++) result[matrixPlace(i, o, inQuads)] = matrix[i * outputs + o]!;
  }
  return result;
}

/** The way back of `packMatrix`. */
export function unpackMatrix(packed: Float32Array, inputs: number, outputs: number): Float32Array {
  const inQuads = quadsOf(inputs);
  return Float32Array.from(
    { length: inputs * outputs },
    (_, k) => packed[matrixPlace(Math.floor(k / outputs), k % outputs, inQuads)]!,
  );
}

const matrixPlace = (i: number, o: number, inQuads: number): number =>
  (((o >> 2) * inQuads + (i >> 2)) * 4 + (i & 3)) * 4 + (o & 3);

/** [rows, columns] turned around. */
export function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from(matrix, (_, k) => matrix[(k % rows) * columns + Math.floor(k / rows)]!);
}

/** A buffer of slots from values a channel; spare lanes and other fields hold zeros. */
export function packSlots(
  channels: number,
  fields: Partial<Record<SlotField, Float32Array>>,
): Float32Array {
  const slots = new Float32Array(quadsOf(channels) * slotSize * 4);
  for (const [field, values] of Object.entries(fields)) {
    for (let c = 0; c < channels; c++)
      slots[((c >> 2) * slotSize + slotFieldIndex(field as SlotField)) * 4 + (c & 3)] = values[c]!;
  }
  return slots;
}

/** One field of all channels. */
export function readSlots(slots: Float32Array, field: SlotField, channels: number): Float32Array {
  return Float32Array.from(
    { length: channels },
    (_, c) => slots[((c >> 2) * slotSize + slotFieldIndex(field)) * 4 + (c & 3)]!,
  );
}

const stemPlace = (tap: number, i: number, o: number, inputs: number): number =>
  (((o >> 2) * 9 + tap) * inputs + i) * 4 + (o & 3);

/** [3, 3, inputs, outputs] as [output quad][tap][input] vec4 over outputs. */
export function packStem(filter: Float32Array, inputs: number, outputs: number): Float32Array {
  const result = new Float32Array(quadsOf(outputs) * 9 * inputs * 4);
  filter.forEach((value, k) => {
    const [row, o] = [Math.floor(k / outputs), k % outputs];
    result[stemPlace(Math.floor(row / inputs), row % inputs, o, inputs)] = value;
  });
  return result;
}

/** The way back of `packStem`. */
export function unpackStem(packed: Float32Array, inputs: number, outputs: number): Float32Array {
  return Float32Array.from({ length: 9 * inputs * outputs }, (_, k) => {
    const row = Math.floor(k / outputs);
    return packed[stemPlace(Math.floor(row / inputs), row % inputs, k % outputs, inputs)]!;
  });
}
