/** Image files that were decoded once, by split. */
import type { Labels } from '../dataset.ts';
import type { Entry } from '../files/entry.ts';
import type { SplitName } from '../outline.ts';

/** One image file, as it was when it was looked at. */
export interface ScannedFile {
  readonly entry: Entry;
  readonly label: number;
  /** Of colours: see `ScannedImage`. */
  readonly moments: Float32Array;
  /** Of its bytes. */
  readonly hash: number;
  readonly bytes: number;
}

export interface FileSplit {
  readonly count: number;
  readonly labels: Labels;
  readonly files: readonly ScannedFile[];
}

export interface FoundFiles {
  readonly name: string;
  /** Pixels a side at which they were looked at. */
  readonly size: number;
  readonly channels: number;
  readonly classNames: readonly string[];
  readonly splits: Partial<Record<SplitName, FileSplit>>;
  readonly notes: string[];
}

export function splitOf(files: readonly ScannedFile[], classes: number): FileSplit {
  const labels = files.map(({ label }) => label);
  return {
    count: files.length,
    labels: classes > 256 ? Uint16Array.from(labels) : Uint8Array.from(labels),
    files,
  };
}
