/** Typed arrays as JSON: compressed, in base64, with their length, so that a bomb is noticed before it goes off. */
import { deflateSync, Inflate } from 'fflate';
import * as v from 'valibot';

const kinds = { float32: Float32Array, uint8: Uint8Array } as const;
type Kind = keyof typeof kinds;
export type PackedArray = v.InferOutput<typeof PackedArraySchema>;

/** Elements that one array may have: 256 MiB of floats. */
const longest = 64 * 1024 * 1024;

export const PackedArraySchema = v.object({
  kind: v.picklist(['float32', 'uint8']),
  length: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(longest)),
  /** Bytes in little-endian order, deflated, in base64. */
  deflated: v.pipe(v.string(), v.base64()),
});

export function packArray(array: Float32Array | Uint8Array): PackedArray {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return {
    kind: array instanceof Float32Array ? 'float32' : 'uint8',
    length: array.length,
    deflated: toBase64(deflateSync(bytes, { level: 6 })),
  };
}

/** @throws Error that says what is wrong with it. */
export function unpackArray<K extends Kind>(
  { kind, length, deflated }: PackedArray,
  wanted: K,
): InstanceType<(typeof kinds)[K]> {
  if (kind !== wanted) throw new Error(`it has ${kind} numbers, expected ${wanted}`);
  const bytes = inflate(fromBase64(deflated), length * kinds[kind].BYTES_PER_ELEMENT);
  const array = new kinds[kind](bytes.buffer) as InstanceType<(typeof kinds)[K]>;
  if (array instanceof Float32Array && !array.every(Number.isFinite))
    throw new Error('it has numbers that are not finite');
  return array;
}

/** Bytes handed on at a time: what comes of them stays small, however they were packed. */
const piece = 64 * 1024;

function inflate(packed: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let filled = 0;
  let ended = false;
  const inflating = new Inflate((chunk, final) => {
    if (filled + chunk.length > size) throw new Error(`it unpacks to more than its ${size} bytes`);
    bytes.set(chunk, filled);
    filled += chunk.length;
    ended = final;
  });
  for (let at = 0; at < packed.length || at === 0; at += piece)
    inflating.push(packed.subarray(at, at + piece), at + piece >= packed.length);
  if (!ended || filled !== size) throw new Error(`it unpacks to ${filled} bytes, expected ${size}`);
  return bytes;
}

export function toBase64(bytes: Uint8Array): string {
  let text = '';
  // Few enough arguments for one call.
  for (let at = 0; at < bytes.length; at += 0x8000)
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
