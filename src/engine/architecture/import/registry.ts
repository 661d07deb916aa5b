/** All forms in which architectures are read. The first that matches counts: its errors are the ones that help. */
import { ArchitectureError } from '../../../domain/architecture/schema.ts';
import { blocksForm } from './blocks.ts';
import { genotypeForm } from './darts-genotype.ts';
import { describeForeign } from './foreign.ts';
import { checkOptions, largestImport } from './form.ts';
import type { ArchitectureForm, Imported, ImportOptions, InputFile } from './form.ts';
import { genotypeMasksForm } from './genotype-masks.ts';
import { labForm } from './lab.ts';
import { onceForAllForm } from './once-for-all.ts';
import { releasedForm } from './released.ts';

export type { ArchitectureForm, Imported, ImportOptions, InputFile } from './form.ts';

export const architectureForms: readonly ArchitectureForm[] = [
  labForm,
  releasedForm,
  genotypeMasksForm,
  genotypeForm,
  blocksForm,
  onceForAllForm,
];

/**
 * @param files those of one architecture.
 * @throws ArchitectureError naming the file, the place in it and the mend, or what the file is that is not read.
 */
export function importArchitecture(
  files: readonly InputFile[],
  options: ImportOptions = {},
): Imported {
  if (files.length === 0) throw new ArchitectureError('There is no file to import.');
  const size = files.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
  if (size > largestImport)
    throw new ArchitectureError(
      `${files[0]!.name}: ${Math.ceil(size / 2 ** 20)} MiB; up to ${largestImport / 2 ** 20} MiB are read.`,
    );
  checkOptions(options);
  const form = architectureForms.find(({ match }) => match(files));
  if (form) return form.open(files, options);
  throw new ArchitectureError(
    files.map((file) => `${file.name}: ${describeForeign(file)}`).join('\n'),
  );
}
