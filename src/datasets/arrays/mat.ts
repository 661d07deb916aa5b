/**
 * MATLAB's level 5 MAT-files (version 5 to 7; "MAT-File Format", MathWorks): numeric arrays and cells of strings. The one
 * reader in npm, mat-for-js, is under the GPL, so this is the project's own. Version 7.3 is HDF5 and is refused by name.
 */
import { Unzlib, unzlibSync } from 'fflate';
import { DatasetError } from '../dataset.ts';
import { latin1, viewOf } from '../files/bytes.ts';
import { messageOf } from '../files/source.ts';
import type { NamedArray } from './array.ts';

export interface MatArray extends NamedArray {
  /** Values' bytes, in the file's byte order. */
  values(): Uint8Array;
  /** Of a cell of strings. */
  strings: readonly string[] | null;
}

/** A whole header: the text, then version 1 and the byte order. */
export const isMat = (head: Uint8Array): boolean =>
  latin1(head, 0, 10) === 'MATLAB 5.0' && /^(IM|MI)$/.test(latin1(head, 126, 128));

const dtypes: Readonly<Record<number, string>> = {
  1: 'i1',
  2: 'u1',
  3: 'i2',
  4: 'u2',
  5: 'i4',
  6: 'u4',
  7: 'f4',
  9: 'f8',
  12: 'i8',
  13: 'u8',
};
const enum Element {
  matrix = 14,
  compressed = 15,
}
/** Bytes of a compressed variable that its header is surely in. */
const headerBytes = 4096;

interface Tag {
  type: number;
  length: number;
  /** Of the data. */
  start: number;
  /** Of the next element. */
  next: number;
}

class Reader {
  private readonly view: DataView;
  constructor(
    readonly bytes: Uint8Array,
    readonly little: boolean,
    private readonly name: string,
  ) {
    this.view = viewOf(bytes);
  }

  wrong(at: number, expected: string): DatasetError {
    return new DatasetError(
      `${this.name}: byte ${at}: expected ${expected}. Is the MATLAB file complete?`,
    );
  }

  /** Small elements hold up to 4 bytes in their tag. */
  tag(at: number): Tag {
    if (at + 8 > this.bytes.length) throw this.wrong(at, 'an element, found the end');
    const word = this.view.getUint32(at, this.little);
    if (word >> 16)
      return { type: word & 0xffff, length: word >>> 16, start: at + 4, next: at + 8 };
    const length = this.view.getUint32(at + 4, this.little);
    return { type: word, length, start: at + 8, next: at + 8 + Math.ceil(length / 8) * 8 };
  }

  int32(at: number): number {
    if (at + 4 > this.bytes.length) throw this.wrong(at, 'a number, found the end');
    return this.view.getInt32(at, this.little);
  }
}

/** @throws DatasetError naming the file, the offset and what was expected. */
export function readMat(bytes: Uint8Array, path: string, name: string, limit: number): MatArray[] {
  if (!isMat(bytes))
    throw new DatasetError(
      `${name}: expected a MATLAB file of version 5 to 7, found another format. Save it again with save(..., '-v6').`,
    );
  const little = latin1(bytes, 126, 128) === 'IM';
  const file = new Reader(bytes, little, name);
  const arrays: MatArray[] = [];
  for (let at = 128; at + 8 <= bytes.length;) {
    const { type, length, start, next } = file.tag(at);
    if (start + length > bytes.length)
      throw file.wrong(at, `an element of ${length} bytes, found ${bytes.length - start}`);
    const packed = bytes.subarray(start, start + length);
    if (type === Element.compressed) {
      const read = () => {
        try {
          return unzlibSync(packed);
        } catch (error) {
          throw file.wrong(start, `a compressed variable (${messageOf(error)})`);
        }
      };
      const array = matrixOf(firstUnzipped(packed), little, path, name, read);
      if (array) arrays.push(checkSize(array, limit));
      // Compressed elements are not padded.
      at = start + length;
      continue;
    }
    if (type === Element.matrix) {
      const whole = bytes.subarray(at, start + length);
      const array = matrixOf(whole, little, path, name, () => whole);
      if (array) arrays.push(checkSize(array, limit));
    } else if (type > 20 || type === 0)
      throw file.wrong(at, `an element of a known type, found type ${type}`);
    at = next;
  }
  if (arrays.length === 0)
    throw new DatasetError(
      `${name}: expected arrays of images (X) and labels (y), found no numeric array in the MATLAB file.`,
    );
  return arrays;
}

function checkSize(array: MatArray, limit: number): MatArray {
  const values = array.shape.reduce((a, b) => a * b, 1);
  if (values > limit)
    throw new DatasetError(
      `${array.name}: ${array.path}: expected at most ${limit} values, found ${values}.`,
    );
  return array;
}

function firstUnzipped(packed: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  const stream = new Unzlib((part) => {
    parts.push(part);
    length += part.length;
  });
  try {
    for (let at = 0; at < packed.length && length < headerBytes; at += 512)
      stream.push(packed.slice(at, at + 512));
  } catch {
    // What is wrong shows when all of it is read; what has come so far is looked at.
  }
  const head = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    head.set(part, at);
    at += part.length;
  }
  return head;
}

/** @param head the variable's first bytes, from its tag on @param whole all of them */
function matrixOf(
  head: Uint8Array,
  little: boolean,
  path: string,
  name: string,
  whole: () => Uint8Array,
): MatArray | null {
  const reader = new Reader(head, little, name);
  const outer = reader.tag(0);
  if (outer.type !== Element.matrix) return null;
  const flags = reader.tag(outer.start);
  const kind = reader.int32(flags.start) & 0xff;
  const dimensions = reader.tag(flags.next);
  if (dimensions.length > 64 || dimensions.length % 4 !== 0)
    throw reader.wrong(flags.next, 'up to 16 dimensions');
  const shape = Array.from({ length: dimensions.length / 4 }, (_, i) =>
    reader.int32(dimensions.start + 4 * i),
  );
  if (shape.some((size) => size < 0)) throw reader.wrong(dimensions.start, 'sizes of at least 0');
  const title = reader.tag(dimensions.next);
  const variable = latin1(head, title.start, title.start + title.length);
  const described = {
    path: `${path}/${variable}`,
    name: `${name}: ${variable}`,
    fortranOrder: true,
  };
  const data = title.next;
  if (kind === 1) {
    const strings = stringsOfCell(new Reader(whole(), little, name), data, outer);
    return strings
      ? {
          ...described,
          dtype: '<U1',
          shape: [strings.length],
          values: () => new Uint8Array(0),
          strings,
        }
      : null;
  }
  // 6 to 15: numbers of all widths. Not structures, objects, characters, sparse arrays.
  if (kind < 6 || kind > 15) return null;
  const values = reader.tag(data);
  const type = dtypes[values.type];
  if (!type) throw reader.wrong(data, `numbers, found an element of type ${values.type}`);
  return {
    ...described,
    dtype: `${/1$/.test(type) ? '|' : little ? '<' : '>'}${type}`,
    shape,
    strings: null,
    values() {
      const bytes = whole();
      const expected = shape.reduce((a, b) => a * b, 1) * Number(type.slice(1));
      if (values.length !== expected || values.start + expected > bytes.length)
        throw new DatasetError(
          `${described.name}: values: expected ${expected} bytes (${shape.join(' x ')} of ${type}), found ${Math.min(values.length, bytes.length - values.start)}.`,
        );
      return bytes.subarray(values.start, values.start + expected);
    },
  };
}

/** Class names: a cell whose members are all rows of characters. */
function stringsOfCell(reader: Reader, from: number, outer: Tag): string[] | null {
  const strings: string[] = [];
  const end = Math.min(outer.start + outer.length, reader.bytes.length);
  for (let at = from; at + 8 <= end;) {
    const member = reader.tag(at);
    if (member.type !== Element.matrix || strings.length > 65_536) return null;
    const flags = reader.tag(member.start);
    const dimensions = reader.tag(flags.next);
    const text = reader.tag(reader.tag(dimensions.next).next);
    if ((reader.int32(flags.start) & 0xff) !== 4) return null;
    const bytes = reader.bytes.subarray(text.start, text.start + text.length);
    // Characters of 16 bits (miUINT16), or UTF-8 and alike.
    const encoding = text.type === 4 ? (reader.little ? 'utf-16le' : 'utf-16be') : 'utf-8';
    strings.push(new TextDecoder(encoding).decode(bytes));
    at = member.next;
  }
  return strings;
}
