/** A form in which architectures come from elsewhere: one file each, listed in `registry.ts`. Plain data: the page runs it too. */
import { ArchitectureError } from '../../../domain/architecture/schema.ts';
import type { Architecture } from '../../../domain/architecture/schema.ts';

export interface InputFile {
  /** As the user knows it: errors name it. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What a form may leave open. Absent = what the form says, or its usual value. */
export interface ImportOptions {
  readonly cells?: number;
  /** Filters of the first cells; doubled at every reduction. */
  readonly channels?: number;
  /** Pixels a side. */
  readonly imageSize?: number;
  readonly imageChannels?: number;
  readonly classes?: number;
  /** Which of several networks in one file. */
  readonly name?: string;
  /** Multiplier of the widths that a choice of once-for-all leaves open. */
  readonly width?: number;
}

export interface ArchitectureForm {
  readonly id: string;
  /** "a DARTS genotype": reads on after "This is". */
  readonly label: string;
  /** Whether these files are of this form, right or wrong: errors are then this form's. */
  match(files: readonly InputFile[]): boolean;
  /** @throws ArchitectureError naming file, place and mend. */
  open(files: readonly InputFile[], options: ImportOptions): Imported;
}

export interface Imported {
  readonly architecture: Architecture;
  /** For a list: "DARTS_V2, 20 cells, 36 channels". */
  readonly name: string;
}

/** Bytes that all files of an import may have together. */
export const largestImport = 64 * 1024 * 1024;

/** Limits of the lab's own settings (`settings.ts`), and what a classifier may have. */
export const optionLimits = {
  cells: { label: 'cells', least: 3, most: 40 },
  channels: { label: 'channels', least: 1, most: 256 },
  imageSize: { label: 'image size', least: 4, most: 224 },
  imageChannels: { label: 'image channels', least: 1, most: 4 },
  classes: { label: 'classes', least: 1, most: 1000 },
} as const;
export const widthLimits = { least: 0.1, most: 4 };
export type NumberOption = keyof typeof optionLimits;

/** @throws ArchitectureError naming the option. */
export function checkOptions(options: ImportOptions): void {
  for (const [name, { label, least, most }] of Object.entries(optionLimits)) {
    const value = options[name as NumberOption];
    if (value === undefined || (Number.isInteger(value) && value >= least && value <= most))
      continue;
    throw new ArchitectureError(
      `${label}: ${value} is not a whole number from ${least} to ${most}`,
    );
  }
  const { width } = options;
  if (width !== undefined && !(width >= widthLimits.least && width <= widthLimits.most))
    throw new ArchitectureError(
      `width: ${width} is not a number from ${widthLimits.least} to ${widthLimits.most}`,
    );
}

/** @throws ArchitectureError where an option is given that a file settles itself. */
export function refuseOptions(
  options: ImportOptions,
  names: readonly (keyof ImportOptions)[],
  why: string,
): void {
  const given = names.find((name) => options[name] !== undefined);
  if (given !== undefined)
    throw new ArchitectureError(`${given} ${options[given]}: leave it out, ${why}`);
}

/** Text of a file that may be one; null for anything else. */
export function textOf({ bytes }: InputFile): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** What a file's JSON holds; undefined where it is no JSON. */
export function jsonOf(file: InputFile): unknown {
  const text = textOf(file);
  if (text === null || !/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Every error of a reader names its file. */
export function within<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ArchitectureError) || error.message.startsWith(name)) throw error;
    throw new ArchitectureError(`${name}: ${error.message}`);
  }
}
