/** Files of formats that are known and not read: what they are, and what to do. */
import { latin1 } from './bytes.ts';

const magics: readonly (readonly [start: string, at: number, what: string, remedy: string])[] = [
  ['7z\xbc\xaf\x27\x1c', 0, 'a 7z archive', 'Unpack it and choose the folder.'],
  ['\xfd7zXZ\0', 0, 'an xz archive', 'Unpack it (tar xf) and choose the folder.'],
  ['BZh', 0, 'a bzip2 archive', 'Unpack it (tar xf) and choose the folder.'],
  ['Rar!', 0, 'a RAR archive', 'Unpack it and choose the folder.'],
  ['\x28\xb5\x2f\xfd', 0, 'a Zstandard archive', 'Unpack it and choose the folder.'],
  [
    'PAR1',
    0,
    'a Parquet table',
    'Export its images into one folder per class, or as NumPy arrays (x_train, y_train).',
  ],
  [
    '\x89HDF\r\n\x1a\n',
    0,
    'an HDF5 file (also MATLAB 7.3)',
    "Save its arrays with numpy.savez, or from MATLAB with save(..., '-v6').",
  ],
  ['\0\0\0', 4, 'a HEIC or AVIF image', 'Convert it to PNG or JPEG.'],
];

export interface Foreign {
  what: string;
  remedy: string;
}

export function foreignFormatOf(head: Uint8Array): Foreign | null {
  const text = latin1(head, 0, 256);
  if (/^\s*(<!doctype html|<html|<\?xml|<head)/i.test(text))
    return {
      what: 'a web page (HTML) instead of the file',
      remedy: 'Download the file again.',
    };
  if (/^version https:\/\/git-lfs/.test(text))
    return { what: 'a Git LFS pointer', remedy: 'Run git lfs pull.' };
  if (/^\.{1,2}\/\P{Cc}+$/u.test(text) && head.length < 256)
    return {
      what: `a link that was stored as text ('${text}')`,
      remedy: 'Copy the files themselves.',
    };
  for (const [start, at, what, remedy] of magics) {
    if (at === 0 && text.startsWith(start)) return { what, remedy };
    if (at > 0 && /^ftyp(avif|heic|heix|mif1|hevc)/.test(text.slice(at))) return { what, remedy };
  }
  return null;
}
