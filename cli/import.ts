/** `npm run -s import`: architectures from elsewhere. Exit codes: 0 written, 1 failed, 2 wrong arguments or input. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { CommanderError } from 'commander';
import { largestImport } from '../src/engine/architecture/import/form.ts';
import type { Imported, InputFile } from '../src/engine/architecture/import/form.ts';
import {
  openPublished,
  openPublishedLike,
  publishedNetwork,
} from '../src/engine/architecture/import/gallery.ts';
import { importArchitecture } from '../src/engine/architecture/import/registry.ts';
import { ArchitectureError } from '../src/domain/architecture/schema.ts';
import { importCommand } from './import-options.ts';
import type { ImportOptions } from './import-options.ts';
import { readArchitecture } from './retrain-options.ts';
import { UsageError } from './search-options.ts';

async function main(args: readonly string[]): Promise<void> {
  const command = importCommand().exitOverride().parse(args, { from: 'user' });
  const options = command.opts<ImportOptions>();
  const { architecture, name } = await open(command.processedArgs[0] as string[], options);
  await writeFile(options.out, `${JSON.stringify(architecture)}\n`).catch((error: unknown) => {
    throw new UsageError(`${options.out} cannot be written: ${(error as Error).message}.`);
  });
  const { parameters, macs, dataset } = architecture;
  const n = (value: number): string => value.toLocaleString('en-US');
  process.stderr.write(
    `${name}: ${n(parameters.dense)} parameters, ${n(parameters.active)} of them non-zero; ` +
      `${n(macs.dense)} multiply-accumulates per image of ${dataset.imageSize} x ${dataset.imageSize} x ${dataset.imageChannels}, ${dataset.classes} classes.\n` +
      `Written to ${options.out}; train it with npm run -s retrain -- ${options.out}.\n`,
  );
}

async function open(files: readonly string[], options: ImportOptions): Promise<Imported> {
  const { published, like } = options;
  if (published === undefined) {
    if (like !== undefined) throw new UsageError('--like needs --published.');
    if (files.length === 0)
      throw new UsageError('Pass the files of an architecture, or --published NAME.');
    return importArchitecture(await Promise.all(files.map(read)), options);
  }
  if (files.length > 0) throw new UsageError('Pass either files or --published, not both.');
  const network = publishedNetwork(published);
  if (like === undefined) return openPublished(network, options);
  return openPublishedLike(network, await readArchitecture(like));
}

async function read(path: string): Promise<InputFile> {
  try {
    if (path === '-') return { name: 'standard input', bytes: await standardInput() };
    if ((await stat(path)).size > largestImport)
      throw new Error(`it is larger than ${largestImport / 2 ** 20} MiB`);
    return { name: basename(path), bytes: new Uint8Array(await readFile(path)) };
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${(error as Error).message}.`);
  }
}

async function standardInput(): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part as Buffer);
  return new Uint8Array(Buffer.concat(parts));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2);
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(error instanceof UsageError || error instanceof ArchitectureError ? 2 : 1);
}
