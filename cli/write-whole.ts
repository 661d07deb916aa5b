import { renameSync, writeFileSync } from 'node:fs';

/** A kill while it writes leaves the old file. */
export function writeWhole(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}
