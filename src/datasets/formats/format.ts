/** A data set format: what it recognizes, and how it reads. One format a file in this folder; `registry.ts` lists them. */
import type { Archive } from '../files/archive.ts';
import type { Entry } from '../files/entry.ts';
import type { DatasetKind, Found } from '../files/assemble.ts';
import type { ReadContext } from '../files/source.ts';
import type { ImageMaker } from '../images/make.ts';
import type { FoundFiles } from './file-split.ts';
import type { Choices, Outline, SplitName } from '../outline.ts';

/** A file as formats see it before they claim it. */
export interface Candidate {
  path: string;
  /** Bytes, unpacked. */
  size: number;
  /** The first bytes; null for a file under an image's name, of which there may be a million. */
  head: Uint8Array | null;
}

/** Images that could not be read, for the user to decide about. */
export interface Unreadable {
  count: number;
  total: number;
  /** The first few, in words. */
  examples: readonly string[];
}

export interface FormatContext extends ReadContext {
  choices: Choices;
  /** Pixels a side that every photo is brought to: its middle square, averaged over areas. */
  imageSize: number;
  /** Makes the images of class folders. */
  maker: ImageMaker;
  /** Whether to go on without them. */
  skipUnreadable(unreadable: Unreadable): Promise<boolean>;
}

/** A few images for a first look. */
export interface Samples {
  size: number;
  channels: number;
  /** NHWC bytes. */
  images: Uint8Array;
  /** What each is: its class where that is known, and its split. */
  captions: { split: SplitName; label: string | null }[];
}

/** What a set of image files takes, kept either way; and how to read it to be kept as files. */
export interface FilePlan {
  images: number;
  decodedBytes: number;
  encodedBytes: number;
  scan(): Promise<FoundFiles>;
}

/** One set that was found, before it is read. */
export interface Plan {
  outline: Outline;
  kind: DatasetKind;
  /** @throws DatasetError; the signal's reason when aborted. */
  read(): Promise<Found>;
  /** Where the images are files, which can be kept as they are. */
  files?: FilePlan;
  /** The first images of each split; none where that would mean reading everything. */
  samples(count: number): Promise<Samples | null>;
}

export interface DatasetFormat {
  readonly id: string;
  /** For people. */
  readonly label: string;
  /** What such files are called, for messages. */
  readonly files: string;
  claims(file: Candidate): boolean;
  /**
   * The sets among the files that it claimed; more than one where the user has to choose.
   * @throws DatasetError where what is there is damaged or incomplete: what was found, what is missing, how to mend it.
   */
  plan(archive: Archive, claimed: readonly Entry[], context: FormatContext): Promise<Plan[]>;
}

export const splitOrder: readonly SplitName[] = ['train', 'validation', 'test'];
