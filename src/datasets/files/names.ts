/**
 * File names in archives, as text. zip marks UTF-8 by a flag (APPNOTE.TXT 4.4.4, bit 11) or repeats the name in an extra
 * field (4.6.9, 0x7075); without either the bytes are in the packer's own code page, which is not recorded anywhere. It is
 * guessed from all names of an archive together, and the guess is reported.
 */

/** Code pages that a guess chooses among: packers in China, Japan, Russia, and the zip standard's own. */
export const guessedEncodings = ['gbk', 'shift_jis', 'ibm866', 'cp437'] as const;

const cp437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

const isAscii = (bytes: Uint8Array): boolean => bytes.every((byte) => byte < 0x80);

/** @returns null where the bytes are not of that encoding. */
export function decodeName(bytes: Uint8Array, encoding: string): string | null {
  if (encoding === 'cp437')
    return Array.from(bytes, (byte) =>
      byte < 0x80 ? String.fromCharCode(byte) : cp437[byte - 0x80]!,
    ).join('');
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Whether `decodeName` knows the encoding by this name. */
export function isEncoding(encoding: string): boolean {
  if (encoding === 'cp437') return true;
  try {
    return new TextDecoder(encoding).encoding.length > 0;
  } catch {
    return false;
  }
}

export interface NameEncoding {
  encoding: string;
  /** Not marked in the archive, and not UTF-8 either. */
  guessed: boolean;
}

/** What encoding the unmarked names of one archive are in. */
export function guessEncoding(names: readonly Uint8Array[]): NameEncoding {
  const telling = names.filter((name) => !isAscii(name));
  if (telling.every((name) => decodeName(name, 'utf-8') !== null))
    return { encoding: 'utf-8', guessed: false };
  let best: { encoding: string; score: number } = { encoding: 'cp437', score: -Infinity };
  for (const encoding of guessedEncodings) {
    const score = plausibility(telling, encoding);
    if (score > best.score) best = { encoding, score };
  }
  return { encoding: best.encoding, guessed: true };
}

/** Mean weight of the bytes above 127, by how common the characters that they make are in names. */
function plausibility(names: readonly Uint8Array[], encoding: string): number {
  let score = 0;
  let bytes = 0;
  for (const name of names) {
    const text = decodeName(name, encoding);
    if (text === null || text.includes('\ufffd')) return -Infinity;
    let last = '';
    for (const character of text) {
      const code = character.codePointAt(0)!;
      if (code >= 0x80) {
        // Two-byte code pages: half-width kana are single bytes.
        const width = /^(gbk|shift_jis)$/.test(encoding) && !isHalfKana(code) ? 2 : 1;
        score += width * weight(code, character, last, encoding);
        bytes += width;
      }
      last = character;
    }
  }
  return bytes === 0 ? 0 : score / bytes;
}

const isHalfKana = (code: number): boolean => code >= 0xff61 && code <= 0xff9f;
const within = (code: number, first: number, last: number): boolean =>
  code >= first && code <= last;

function weight(code: number, character: string, last: string, encoding: string): number {
  if (within(code, 0x0400, 0x045f)) {
    // Greek and Cyrillic of the Asian code pages are rare in names there.
    if (encoding !== 'ibm866') return -0.5;
    const raised =
      character !== character.toLowerCase() && /\p{L}/u.test(last) && last === last.toLowerCase();
    return raised ? -0.5 : 1;
  }
  if (within(code, 0x3040, 0x30ff)) return encoding === 'shift_jis' ? 1.2 : -0.2;
  if (within(code, 0x4e00, 0x9fff)) return isCommonHan(character, encoding) ? 1 : 0.1;
  if (isHalfKana(code)) return -0.6;
  if (/\p{Script=Latin}/u.test(character)) return /[A-Za-z]/.test(last) || last === '' ? 0.6 : 0.1;
  if (within(code, 0x3000, 0x303f) || within(code, 0xff00, 0xff60)) return 0.5;
  return -1;
}

/** The level of a character in its national standard is its row: GB 2312 rows 16 to 55, JIS X 0208 rows 16 to 47. */
const levels: Readonly<Record<string, readonly [first: number, last: number]>> = {
  gbk: [0xb0, 0xd7],
  shift_jis: [0x88, 0x98],
};
const common = new Map<string, Set<string>>();

function isCommonHan(character: string, encoding: string): boolean {
  let set = common.get(encoding);
  if (!set) {
    set = new Set();
    const [first, last] = levels[encoding] ?? [1, 0];
    for (let lead = first; lead <= last; lead++) {
      for (let trail = encoding === 'gbk' ? 0xa1 : 0x40; trail <= 0xfe; trail++) {
        const text = decodeName(Uint8Array.of(lead, trail), encoding);
        if (text?.length === 1) set.add(text);
      }
    }
    common.set(encoding, set);
  }
  return set.has(character);
}
