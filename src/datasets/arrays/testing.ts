/** Makers of pickles and MATLAB files, for tests. */
import { zlibSync } from 'fflate';
import { viewOf } from '../files/bytes.ts';
import { concat } from '../files/testing.ts';

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, value, true);
  return bytes;
}

/** A batch of CIFAR-10 as Python 2 pickled it (protocol 2). @param data rows of 3,072 bytes */
export function makeCifarPickle(labels: readonly number[], data: Uint8Array): Uint8Array {
  const minusOne = 'J\xff\xff\xff\xff';
  return concat(
    ascii('\x80\x02}q\x01(U\x06labelsq\x02]q\x03('),
    ...labels.map((label) => Uint8Array.of(0x4b, label)),
    ascii('eU\x04dataq\x04cnumpy.core.multiarray\n_reconstruct\nq\x05cnumpy\nndarray\nq\x06'),
    ascii(`K\x00\x85U\x01b\x87Rq\x07(K\x01J`),
    uint32(labels.length),
    ascii(`M\x00\x0c\x86cnumpy\ndtype\nq\x08U\x02u1K\x00K\x01\x87Rq\x09`),
    ascii(`(K\x03U\x01|NNN${minusOne}${minusOne}K\x00tb\x89T`),
    uint32(data.length),
    data,
    ascii('tbu.'),
  );
}

/** One array of bytes. @param values the first index fastest @param compressed as MATLAB does since version 7 */
export function makeMatVariable(
  name: string,
  shape: readonly number[],
  values: Uint8Array,
  compressed = false,
): Uint8Array {
  const element = (type: number, bytes: Uint8Array) =>
    concat(uint32(type), uint32(bytes.length), bytes, new Uint8Array((8 - (bytes.length % 8)) % 8));
  const body = concat(
    element(6, concat(uint32(9), uint32(0))),
    element(5, concat(...shape.map(uint32))),
    element(1, ascii(name)),
    element(2, values),
  );
  const matrix = element(14, body);
  if (!compressed) return matrix;
  const packed = zlibSync(matrix);
  return concat(uint32(15), uint32(packed.length), packed);
}

export function makeMat(...variables: readonly Uint8Array[]): Uint8Array {
  const header = new Uint8Array(128).fill(32);
  header.set(ascii('MATLAB 5.0 MAT-file'));
  header.set([0, 1, 0x49, 0x4d], 124);
  return concat(header, ...variables);
}
