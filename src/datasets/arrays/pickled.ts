/** Values that a pickle can hold here, and how they are looked at. */
import { latin1 } from '../files/bytes.ts';
import type { ArrayHeader } from './header.ts';

export interface PickledArray extends ArrayHeader {
  values: Uint8Array;
  /** Of an array of Python objects: only lists of plain values are. */
  items: Pickled[] | null;
}

export type Pickled =
  null | boolean | number | string | Uint8Array | PickledArray | Pickled[] | Map<Pickled, Pickled>;

/** A string, from Python 2 (bytes) or 3. */
export const textOf = (value: Pickled | undefined): string | null =>
  typeof value === 'string' ? value : value instanceof Uint8Array ? latin1(value) : null;

/** A dictionary's value under a name, from Python 2 or 3. */
export function memberOf(dictionary: Pickled, name: string): Pickled | undefined {
  if (!(dictionary instanceof Map)) return undefined;
  for (const [key, value] of dictionary) if (textOf(key) === name) return value;
  return undefined;
}

export const isArray = (value: Pickled | undefined): value is PickledArray =>
  typeof value === 'object' && value !== null && 'dtype' in value;
