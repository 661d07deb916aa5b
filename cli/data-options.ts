/** The options that say what a data set is and how it is read: the same words for search, retrain, compare and data. */
import { Option, type Command } from 'commander';
import { isEncoding } from '../src/datasets/files/names.ts';
import { roles, type Choices, type Kept, type Role } from '../src/datasets/outline.ts';
import { UsageError } from './usage-error.ts';

export interface DataOptions {
  labels: 'fine' | 'coarse';
  skipUnreadable: boolean;
  split: string[];
  pick?: string;
  encoding?: string;
  upright: boolean;
  images?: 'auto' | Kept;
}

export const datasetHelp =
  "'fashion-mnist' (shipped), or a file, archive or folder: images in class folders, CIFAR, IDX, NumPy, MATLAB, STL-10";

export function addDataOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--labels <kind>', 'labels of CIFAR-100: 100 fine or 20 coarse ones')
        .choices(['fine', 'coarse'])
        .default('fine'),
    )
    .option('--skip-unreadable', 'skip images that cannot be read', false)
    .option(
      '--split <folder=role,...>',
      `what a folder or an array is (${roles.join(', ')}), e.g. seg_pred=out,holdout=test; or none, if no folder is a split`,
      (text, all: string[]) => [...all, text],
      [],
    )
    .option('--pick <name>', 'the data set to read, if the files contain several')
    .option(
      '--encoding <name>',
      'encoding of file names in zip and tar archives that do not state one, e.g. gbk, shift_jis, ibm866, cp437',
    )
    .addOption(
      new Option(
        '--images <kind>',
        'how image files are held: their pixels in memory, or encoded, decoded ahead while a network is trained; auto: by size',
      )
        .choices(['auto', 'decoded', 'encoded'])
        .default('auto'),
    )
    .option('--upright', 'transpose the images of EMNIST, which are stored transposed', false);
}

/** @throws UsageError naming the option and what it may be. */
export function choicesOf({
  labels,
  split,
  pick,
  encoding,
  upright,
  images = 'auto',
}: DataOptions): Choices {
  if (encoding !== undefined && !isEncoding(encoding))
    throw new UsageError(
      `--encoding ${encoding}: expected the name of a text encoding, such as gbk, shift_jis, ibm866 or cp437.`,
    );
  return {
    labelKind: labels,
    split: splitOf(split),
    pick: pick ?? null,
    encoding: encoding ?? null,
    upright,
    kept: images === 'auto' ? null : images,
  };
}

function splitOf(texts: readonly string[]): Choices['split'] {
  const parts = texts.flatMap((text) => text.split(',')).map((part) => part.trim());
  if (parts.includes('none')) {
    if (parts.length > 1)
      throw new UsageError(
        '--split none cannot be combined with other --split options. Omit the others.',
      );
    return 'none';
  }
  const rules: Record<string, Role> = {};
  for (const part of parts.filter((one) => one !== '')) {
    const [, path, word] = /^(.+)=([a-z]+)$/.exec(part) ?? [];
    const role = roles.find((one) => one === (word === 'val' ? 'validation' : word));
    if (!path || !role)
      throw new UsageError(
        `--split ${part}: expected FOLDER=ROLE with a role of ${roles.join(', ')}, or none.`,
      );
    rules[path.replace(/^\.?\/+|\/+$/g, '')] = role;
  }
  return rules;
}
