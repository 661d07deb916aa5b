/** A genotype in Python's notation, alone: `genotype.ts` says which are read. */
import { ArchitectureError } from '../../../domain/architecture/schema.ts';
import { textOf, within } from './form.ts';
import type { ArchitectureForm, ImportOptions } from './form.ts';
import { dartsForm, readGenotype } from './genotype.ts';
import type { Genotype } from './genotype.ts';
import { buildArchitecture } from './structure.ts';
import type { Structure } from './structure-masks.ts';

/** DARTS' own evaluation network on CIFAR-10. */
const usual = { cells: 20, channels: 36, imageSize: 32, imageChannels: 3, classes: 10 };

export const genotypeForm: ArchitectureForm = {
  id: 'darts-genotype',
  label: 'a DARTS genotype',
  match: ([file, ...others]) => others.length === 0 && /\bGenotype\s*\(/.test(textOf(file!) ?? ''),
  open: ([file], options) =>
    within(file!.name, () => {
      const genotype = readGenotype(textOf(file!)!, options.name);
      const structure = structureOf(genotype, options);
      return {
        architecture: buildArchitecture(structure),
        name: nameOf(structure),
      };
    }),
};

export const nameOf = ({ origin, cells, channels }: Structure): string =>
  `${origin.name}, ${cells.length} cells, ${channels} channels`;

/** @throws ArchitectureError where the genotype and the options leave something open or contradict each other. */
export function structureOf(genotype: Genotype, options: ImportOptions): Structure {
  const { name, nodes } = genotype;
  const { imageSize, imageChannels, classes } = { ...usual, ...options };
  const shared = {
    nodes,
    imageSize,
    imageChannels,
    classes,
    origin: { form: genotypeForm.id, name },
  };
  if (genotype.kind === 'pair') {
    const { cells: count = usual.cells, channels = usual.channels } = options;
    const reductions = [Math.floor(count / 3), Math.floor((2 * count) / 3)];
    const cells = Array.from({ length: count }, (_, c) =>
      reductions.includes(c) ? genotype.reduce : genotype.normal,
    );
    return { ...shared, cells, channels, form: dartsForm };
  }
  const { cells, form } = genotype;
  if (options.cells !== undefined && options.cells !== cells.length)
    throw new ArchitectureError(
      `${options.cells} cells requested, but the genotype lists ${cells.length}: omit the number of cells`,
    );
  if (options.channels === undefined)
    throw new ArchitectureError(
      'the genotype lists its cells one by one and does not state the initial channels: enter them (MG_DARTS_small: 24)',
    );
  return { ...shared, cells, channels: options.channels, form };
}
