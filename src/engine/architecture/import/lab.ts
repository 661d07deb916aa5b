/** This lab's own JSON: an architecture, or a trained one, whose architecture is taken. */
import { isTrained } from '../../train/trained.ts';
import { structureOf } from '../../train/rebuild.ts';
import {
  ArchitectureError,
  architectureFormat,
  parseArchitecture,
} from '../../../domain/architecture/schema.ts';
import type { Architecture } from '../../../domain/architecture/schema.ts';
import { spaceOf } from '../../../domain/spaces/registry.ts';
import { jsonOf, within } from './form.ts';
import type { ArchitectureForm, InputFile } from './form.ts';

export const labForm: ArchitectureForm = {
  id: 'mgas-architecture',
  label: 'an architecture of this lab',
  match: (files) => files.length === 1 && ownJson(files[0]!) !== null,
  open: ([file]) =>
    within(file!.name, () => {
      const value = ownJson(file!);
      const architecture = parseArchitecture(
        isTrained(value) ? (value as { architecture?: unknown }).architecture : value,
      );
      structureOf(architecture);
      return { architecture, name: nameOf(architecture) };
    }),
};

function ownJson(file: InputFile): unknown {
  const value = jsonOf(file);
  const format: unknown =
    typeof value === 'object' && value !== null ? Reflect.get(value, 'format') : null;
  return format === architectureFormat || isTrained(value) ? value : null;
}

function nameOf({ dataset, settings, origin, cells }: Architecture): string {
  if (cells.length === 0) throw new ArchitectureError('cells is empty');
  const { words, channels } = spaceOf(settings.space);
  return origin
    ? `${origin.name}, ${cells.length} ${words.parts}, ${channels(settings.space).now} channels`
    : `${dataset.name}, seed ${settings.seed}`;
}
