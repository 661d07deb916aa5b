/**
 * Sparse files in tar: only the pieces that are not zeros are kept. GNU's old header (type 'S'), and the pax forms 0.0, 0.1
 * and 1.0 (GNU tar manual, appendix "Storing Sparse Files").
 */
import { latin1 } from './bytes.ts';
import { octal } from './tar-number.ts';

export interface SparseMap {
  /** Bytes of the whole file. */
  size: number;
  pieces: { offset: number; length: number }[];
  isSound: boolean;
}

const mostPieces = 1e6;
const hole = 1 << 16;

function mapOf(size: number, numbers: readonly number[]): SparseMap {
  const pieces: SparseMap['pieces'] = [];
  let end = 0;
  let isSound = Number.isSafeInteger(size) && size >= 0 && numbers.length % 2 === 0;
  for (let i = 0; i + 1 < numbers.length; i += 2) {
    const [offset, length] = [numbers[i]!, numbers[i + 1]!];
    isSound &&= Number.isSafeInteger(offset) && length >= 0 && offset >= end;
    end = offset + length;
    pieces.push({ offset, length });
  }
  isSound &&= end <= size;
  return { size, pieces, isSound };
}

/** @param more reads the block that continues the map */
export async function sparseMapOfHeader(
  header: Uint8Array,
  more: () => Promise<Uint8Array>,
): Promise<SparseMap> {
  const numbers: number[] = [];
  const take = (block: Uint8Array, at: number, count: number) => {
    for (let i = 0; i < count; i++) {
      if (block[at + i * 24] === 0) return;
      numbers.push(octal(block, at + i * 24, 12), octal(block, at + i * 24 + 12, 12));
    }
  };
  take(header, 386, 4);
  for (let extended = header[482]; extended && numbers.length < mostPieces;) {
    const block = await more();
    take(block, 0, 21);
    extended = block[504];
  }
  return mapOf(octal(header, 483, 12), numbers);
}

/** @param read takes bytes from the start of the file's data, where form 1.0 keeps its map; null where nothing is sparse */
export async function sparseMapOfPax(
  fields: ReadonlyMap<string, string>,
  read: (length: number) => Promise<Uint8Array>,
): Promise<SparseMap | null> {
  const size = Number(fields.get('GNU.sparse.realsize') ?? fields.get('GNU.sparse.size'));
  const listed = fields.get('GNU.sparse.map');
  if (listed !== undefined) return mapOf(size, listed.split(',').map(Number));
  const offsets = fields.get('GNU.sparse.offset')?.split(',').map(Number);
  const lengths = fields.get('GNU.sparse.numbytes')?.split(',').map(Number);
  if (offsets && lengths)
    return mapOf(
      size,
      offsets.flatMap((offset, i) => [offset, lengths[i] ?? NaN]),
    );
  if (fields.get('GNU.sparse.major') !== '1') return null;
  let text = '';
  let lines: string[] = [];
  do {
    text += latin1(await read(512));
    lines = text.split('\n');
  } while (
    (lines.length < 2 || lines.length < 2 + 2 * Number(lines[0])) &&
    text.length < 32 * mostPieces &&
    /^[\d\n\0]*$/.test(text)
  );
  return mapOf(size, lines.slice(1, 1 + 2 * Number(lines[0])).map(Number));
}

/** The whole file's bytes, holes filled with zeros. */
export async function* sparsePieces(
  { size, pieces }: SparseMap,
  stored: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let at = 0;
  let rest: Uint8Array = new Uint8Array(0);
  function* zeros(until: number): Generator<Uint8Array> {
    for (; at < until; at += Math.min(hole, until - at))
      yield new Uint8Array(Math.min(hole, until - at));
  }
  for (const { offset, length } of pieces) {
    yield* zeros(offset);
    for (let left = length; left > 0;) {
      if (rest.length === 0) {
        const next = await stored.next();
        if (next.done) return;
        rest = next.value;
      }
      const part = rest.subarray(0, left);
      rest = rest.subarray(part.length);
      left -= part.length;
      at += part.length;
      yield part;
    }
  }
  yield* zeros(size);
}
