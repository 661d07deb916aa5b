/** `--log tensorboard DIR`, for the commands that run something long. */
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { openTensorBoard } from './tensorboard.ts';
import type { TrackerLog } from './tensorboard.ts';
import { UsageError } from './usage-error.ts';

export interface LogChoice {
  readonly tracker: 'tensorboard';
  readonly folder: string;
}

/** Two words to an option: they are joined for the parser, which knows options of one. */
export function joinLog(args: readonly string[]): string[] {
  return args.flatMap((word, i) => {
    if (args[i - 1] === '--log' && word === 'tensorboard' && args[i + 1] !== undefined) return [];
    return args[i - 2] === '--log' && args[i - 1] === 'tensorboard'
      ? [`tensorboard=${word}`]
      : [word];
  });
}

export function addLogOption(command: Command): Command {
  return command.option(
    '--log <tracker folder>',
    'also write curves for a tracker: --log tensorboard DIR',
    (text: string): LogChoice => {
      const [, folder] = /^tensorboard=(.+)$/s.exec(text) ?? [];
      if (folder) return { tracker: 'tensorboard', folder };
      throw new InvalidArgumentError('It must be tensorboard and a folder: --log tensorboard DIR.');
    },
  );
}

/** @throws UsageError where the folder cannot be written to. */
export function openLog(choice: LogChoice | undefined): TrackerLog | null {
  if (!choice) return null;
  try {
    return openTensorBoard(choice.folder);
  } catch (error) {
    throw new UsageError(`--log ${choice.tracker} ${choice.folder}: ${(error as Error).message}.`);
  }
}

/** Settings beside the curves. */
export const settingsNote = (settings: object): string =>
  `\`\`\`json\n${JSON.stringify(settings, null, 2)}\n\`\`\``;
