/** Settings to start from, of every space. */
import { spaceIds, spaceOf } from '../spaces/registry.ts';
import type { SpaceId } from '../spaces/settings.ts';
import { defaultSpace } from '../spaces/settings.ts';
import { cellPresets } from './cell-presets.ts';
import { mobilePresets } from './mobile-presets.ts';
import type { MobileSearchSettings } from './mobile-presets.ts';
import type { SearchSettings } from './schema.ts';

export type { CellSearchSettings } from './cell-presets.ts';
export { paperSettings } from './cell-presets.ts';

export type PresetName = keyof typeof cellPresets | keyof typeof mobilePresets;

export const presets: typeof cellPresets &
  Readonly<Record<keyof typeof mobilePresets, MobileSearchSettings>> = {
  ...cellPresets,
  ...mobilePresets,
};

const names = Object.keys(presets) as readonly PresetName[];

export const presetDescriptions: Readonly<Record<PresetName, string>> = {
  tiny: 'A first look: three small cells on 10-pixel images. Also finishes on a software adapter.',
  demo: 'A larger search: six cells on 28-pixel images. Needs a graphics card.',
  paper: 'The settings of the paper: eight cells of 16 channels. Needs a fast graphics card.',
  'mobile-tiny':
    'A first look: five layers in two groups on 12-pixel images. Also finishes on a software adapter.',
  'mobile-demo':
    'A larger search: eight layers in three groups on 32-pixel images. Needs a graphics card.',
  'mobile-paper':
    'The table of ProxylessNAS: 21 layers in six groups on 224-pixel images. Needs a very large graphics card.',
};

const idOf = ({ space: { id = defaultSpace } }: Pick<SearchSettings, 'space'>): SpaceId => id;

/** Those that start from the space of these settings. */
export const presetsLike = (settings: Pick<SearchSettings, 'space'>): readonly PresetName[] =>
  names.filter((name) => idOf(presets[name]) === idOf(settings));

/** What a page offers, by space. */
export const presetGroups: readonly {
  readonly id: SpaceId;
  readonly label: string;
  readonly names: readonly PresetName[];
}[] = spaceIds
  .map((id) => spaceOf({ id }))
  .map(({ id, label }) => ({
    id,
    label,
    names: names.filter((name) => idOf(presets[name]) === id),
  }));

/** Of every space that a page searches. */
export const presetNames: readonly PresetName[] = presetGroups.flatMap((group) => group.names);
