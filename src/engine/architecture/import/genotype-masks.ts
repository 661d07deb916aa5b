/**
 * The published pair of MGAS' program: a genotype with its cells one by one, and the weight masks that torch.save wrote:
 * for each cell, for each operation of the genotype, a list of tensors of zeros and ones (none for pools and skips).
 */
import { ArchitectureError } from '../../../domain/architecture/schema.ts';
import { nameOf, structureOf } from './darts-genotype.ts';
import { textOf, within } from './form.ts';
import type { ArchitectureForm, InputFile } from './form.ts';
import { readGenotype } from './genotype.ts';
import { buildArchitecture } from './structure.ts';
import type { StructureMask, StructureOperation } from './structure-masks.ts';
import { isZip, readTorchFile } from './torch-zip.ts';
import type { TorchValue } from './torch-zip.ts';

export const genotypeMasksForm: ArchitectureForm = {
  id: 'mg-darts-masks',
  label: 'a genotype and its weight masks',
  match: (files) => files.length === 2 && pairOf(files) !== null,
  open: (files, options) => {
    const { text, masks } = pairOf(files)!;
    const structure = within(text.name, () => {
      const genotype = readGenotype(textOf(text)!, options.name);
      if (genotype.kind !== 'cells')
        throw new ArchitectureError(
          `${genotype.name} is one cell for all, without widths; masks belong to a genotype that lists its cells (gene=[...])`,
        );
      return structureOf(genotype, options);
    });
    const read = within(masks.name, () => listOf(readTorchFile(masks.bytes), 'its content'));
    const cells = within(masks.name, () => withMasks(structure.cells, read));
    const whole = {
      ...structure,
      cells,
      origin: { ...structure.origin, form: genotypeMasksForm.id },
    };
    return {
      architecture: within(masks.name, () => buildArchitecture(whole)),
      name: nameOf(whole),
    };
  },
};

function pairOf(files: readonly InputFile[]): { text: InputFile; masks: InputFile } | null {
  const masks = files.find(({ bytes }) => isZip(bytes));
  const text = files.find((file) => file !== masks && /\bGenotype\s*\(/.test(textOf(file) ?? ''));
  return masks && text ? { text, masks } : null;
}

function withMasks(
  cells: readonly (readonly StructureOperation[])[],
  masks: readonly TorchValue[],
): StructureOperation[][] {
  if (masks.length !== cells.length)
    throw new ArchitectureError(
      `masks of ${masks.length} cells, but the genotype has ${cells.length}: do the two belong together?`,
    );
  return cells.map((operations, c) => {
    const own = listOf(masks[c]!, `[${c}]`);
    if (own.length !== operations.length)
      throw new ArchitectureError(
        `[${c}]: masks of ${own.length} operations, but the genotype's cell has ${operations.length}`,
      );
    return operations.map((operation, o) => {
      const arrays = listOf(own[o]!, `[${c}][${o}]`);
      return arrays.length === 0
        ? operation
        : { ...operation, masks: arrays.map((array, k) => maskOf(array, `[${c}][${o}][${k}]`)) };
    });
  });
}

function listOf(value: TorchValue, place: string): readonly TorchValue[] {
  if (value.kind === 'list') return value.items;
  const found = {
    tensor: 'a tensor',
    scalar: 'a single value',
    dict: 'a dict, as of the weights of a trained model (a state dict)',
  }[value.kind];
  throw new ArchitectureError(
    `${place} is ${found}; lists of masks, a list for each cell, expected`,
  );
}

function maskOf(value: TorchValue, place: string): StructureMask {
  if (value.kind !== 'tensor') throw new ArchitectureError(`${place}: a tensor expected`);
  const { shape, values } = value;
  const wrong = values.find((one) => one !== 0 && one !== 1);
  if (wrong !== undefined)
    throw new ArchitectureError(`${place}: ${wrong} is in a mask; only 0 and 1 are expected`);
  if (shape.length !== 4)
    throw new ArchitectureError(`${place}: four axes expected, found ${shape.length}`);
  return { shape, alive: Uint8Array.from(values) };
}
