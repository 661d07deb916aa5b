/** `npm run -s export`: a trained architecture as files of other programs. Exit codes: 0 written, 2 wrong arguments or input. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { cardLines, modelCard } from '../src/engine/architecture/export/card.ts';
import { exportFormats } from '../src/domain/export-formats.ts';
import type { ExportFormat } from '../src/domain/export-formats.ts';
import { exportFiles } from '../src/engine/architecture/export/files.ts';
import { publications, publicationsOf } from '../src/domain/architecture/publish/registry.ts';
import { spaceOf } from '../src/domain/spaces/registry.ts';
import { ArchitectureError, parseArchitecture } from '../src/domain/architecture/schema.ts';
import { structureOf } from '../src/engine/train/rebuild.ts';
import { isTrained, networkOf, parseTrained } from '../src/engine/train/trained.ts';
import { readJson } from './retrain-options.ts';
import { UsageError } from './search-options.ts';

async function main(args: readonly string[]): Promise<void> {
  const command = new Command('export')
    .description(
      'Write a trained architecture for other programs. Genotype, drawings and model card need no training.',
    )
    .argument(
      '<architecture>',
      'JSON written by `npm run retrain`; an architecture without weights for formats that need none',
    )
    .addOption(
      new Option('--format <name>', 'file format')
        .choices([...exportFormats, ...new Set(publications.map(({ id }) => id))])
        .makeOptionMandatory(),
    )
    .option('--out <folder>', 'output folder; created if missing', 'export')
    .allowExcessArguments(false)
    .exitOverride()
    .parse(args, { from: 'user' });
  const { format, out } = command.opts<{ format: string; out: string }>();
  const file = command.args[0]!;
  const value = await readJson(file);
  if (publications.some(({ id }) => id === format)) return publish(format, value, out);
  if (!isTrained(value))
    throw new UsageError(
      `${file} has no trained weights: run first npm run -s retrain -- ${file} --out trained.json.`,
    );
  const trained = parseTrained(value);
  await mkdir(out, { recursive: true });
  for (const { name, bytes } of exportFiles(trained, format as ExportFormat)) {
    await writeFile(join(out, name), bytes);
    process.stdout.write(`${join(out, name)}\n`);
  }
  process.stderr.write(`${cardLines(modelCard(networkOf(trained), trained)).join('\n')}\n`);
}

/** What is said of an architecture without its weights. */
async function publish(format: string, value: unknown, out: string): Promise<void> {
  const trained = isTrained(value) ? parseTrained(value) : null;
  const architecture = trained?.architecture ?? parseArchitecture(value);
  structureOf(architecture);
  const possible = publicationsOf(architecture);
  const publication = possible.find(({ id }) => id === format);
  if (!publication)
    throw new UsageError(
      `--format ${format}: it cannot be written of the space ${spaceOf(architecture.settings.space).label}. Choose one of ${possible.map(({ id }) => id).join(', ')}.`,
    );
  const { file, write } = publication;
  const training = trained && {
    test: trained.test,
    settings: trained.training,
    backend: trained.backend,
  };
  await mkdir(out, { recursive: true });
  await writeFile(join(out, file), write(architecture, training));
  process.stdout.write(`${join(out, file)}\n`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2);
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(error instanceof UsageError || error instanceof ArchitectureError ? 2 : 1);
}
