/** Settings of every search space, told apart by `id`. What a space does with its own: `registry.ts`. */
import * as v from 'valibot';
import { CellSettingsSchema } from './cells-settings.ts';
import type { CellSettings } from './cells-settings.ts';
import { MobileSettingsSchema } from './mobile-table.ts';
import type { MobileSettings } from './mobile-table.ts';

export const SpaceSettingsSchema = v.variant('id', [CellSettingsSchema, MobileSettingsSchema]);
export type SpaceSettings = v.InferOutput<typeof SpaceSettingsSchema>;

/** Settings without an id are of cells: files of earlier versions have none. */
export const defaultSpace = 'cells';
export type SpaceId = NonNullable<SpaceSettings['id']>;

export type SettingsOf<Id extends SpaceId> = Extract<SpaceSettings, { readonly id?: Id }>;

/** For what is written for chains alone. @throws RangeError of another space. */
export function mobileSettings(settings: SpaceSettings): MobileSettings {
  if (settings.id !== 'mobile')
    throw new RangeError(`this is for the space 'mobile'; found '${settings.id ?? defaultSpace}'`);
  return settings;
}

/** For what is written for cells alone. @throws RangeError of another space. */
export function cellSettings(settings: SpaceSettings): CellSettings {
  const { id = defaultSpace } = settings;
  if (id !== 'cells')
    throw new RangeError(`this is for the space 'cells'; found '${id as string}'`);
  return settings as CellSettings;
}
