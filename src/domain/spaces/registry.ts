/** Every search space, and what may be asked of the one that settings name. */
import { cells } from './cells-space.ts';
import { mobile } from './mobile-space.ts';
import { defaultSpace } from './settings.ts';
import type { SettingsOf, SpaceId, SpaceSettings } from './settings.ts';
import { placesIn } from './shape.ts';
import type { Given, ImageShape, Layout, Place, SpaceShape } from './shape.ts';
import type { Space } from './space.ts';

/** One entry an id: a space without one does not compile. */
const spaces: { readonly [Id in SpaceId]: Space<SettingsOf<Id>> } = { cells, mobile };

export const spaceIds = Object.keys(spaces) as readonly SpaceId[];

/** The space that settings are of. */
export const spaceOf = ({ id = defaultSpace }: Pick<SpaceSettings, 'id'>): Space =>
  spaces[id] as unknown as Space;

const layouts = new WeakMap<SpaceSettings, Map<number, Layout>>();

/** Kept for each settings object. */
export function layoutOf(settings: SpaceSettings, imageSize: number): Layout {
  const known = layouts.get(settings) ?? new Map<number, Layout>();
  layouts.set(settings, known);
  let layout = known.get(imageSize);
  if (!layout) known.set(imageSize, (layout = spaceOf(settings).layout(settings, imageSize)));
  return layout;
}

/** For what does not depend on the images: cells, stages, places. */
export const anySizeLayout = (settings: SpaceSettings): Layout => layoutOf(settings, 32);

export const cellCount = (settings: SpaceSettings): number => anySizeLayout(settings).cells.length;

export const stageCount = (settings: SpaceSettings): number =>
  anySizeLayout(settings).stageEnds.length;

export const stageEndsOf = (settings: SpaceSettings): readonly number[] =>
  anySizeLayout(settings).stageEnds;

/** All candidates of a cell, by unit. */
export const placesOf = (settings: SpaceSettings): Place[] => placesIn(anySizeLayout(settings));

/** See `Space.create`. */
export const createSpace = (
  settings: SpaceSettings,
  image: ImageShape,
  given: Given = {},
): SpaceShape => spaceOf(settings).create(settings, image, given);
