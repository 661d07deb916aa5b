/** Fields that the files of the MobileNet-like space share. */
import * as v from 'valibot';
import { createMobileSpace } from '../../../src/domain/spaces/mobile.ts';
import { MobileTableSchema, mobileTableProblems } from '../../../src/domain/spaces/mobile-table.ts';
import type { MobileTable } from '../../../src/domain/spaces/mobile-table.ts';
import type { MobileSpace } from '../../../src/domain/spaces/mobile.ts';
import { ReferenceError } from '../reference.ts';

const positive = v.pipe(v.number(), v.integer(), v.minValue(1));

const { stageLayers: stages, ...others } = MobileTableSchema.entries;

/** The table as the files name its fields, and the images that it is for. */
export const SpaceSchema = v.object({ ...others, stages, image: positive, classes: positive });

export function spaceOf(
  { image, classes, stages: stageLayers, ...rest }: v.InferOutput<typeof SpaceSchema>,
  file: string,
): { space: MobileSpace; table: MobileTable } {
  const table = { ...rest, stageLayers };
  const [problem] = mobileTableProblems(table);
  if (problem)
    throw new ReferenceError(`${file}: field 'space.${problem.path}': ${problem.message}`);
  return { space: createMobileSpace(table, { size: image, channels: 3, classes }), table };
}
