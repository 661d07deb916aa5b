/**
 * What the parts of a network are called: cells with nodes and edges, or layers of a chain. Of the run on screen, unless
 * settings of another are given.
 */
import type { SpaceWords } from '../../domain/spaces/space.ts';
import type { SpaceSettings } from '../../domain/settings/schema.ts';
import { anySizeLayout, spaceOf } from '../../domain/spaces/registry.ts';
import { shownSettings, shownState, useShown } from './store.ts';

const shownSpace = (): SpaceSettings => shownSettings(shownState()).space;

export const wordsOf = (space: SpaceSettings = shownSpace()): SpaceWords => spaceOf(space).words;

/** Hook: of the run that a component shows. */
export const useSpace = (): SpaceSettings => useShown((s) => shownSettings(s).space);

/** "Cell", "Layer": a heading. */
export const partHeading = (space?: SpaceSettings): string => capital(wordsOf(space).part);

export const capital = (word: string): string => `${word[0]!.toUpperCase()}${word.slice(1)}`;

/** "cell 3", "layer 3": people count from one. */
export const cellName = (cell: number, space?: SpaceSettings): string =>
  `${wordsOf(space).part} ${cell + 1}`;

/** "layer 3, group 2" where layers have groups. */
export function cellTitle(cell: number, space: SpaceSettings = shownSpace()): string {
  const { group } = wordsOf(space);
  const name = cellName(cell, space);
  if (group === null) return name;
  return `${name}, ${group} ${anySizeLayout(space).cells[cell]!.group + 1}`;
}

/** "cells 1–3" */
export function cellRange(first: number, last: number, space?: SpaceSettings): string {
  return first === last
    ? cellName(first, space)
    : `${wordsOf(space).parts} ${first + 1}\u2013${last + 1}`;
}

export const stateName = (state: number, space: SpaceSettings = shownSpace()): string =>
  spaceOf(space).stateName(state);

export const edgePlace = (edge: number): { from: number; to: number } =>
  spaceOf(shownSpace()).edgePlace(edge);

/** "node 1 → node 2"; null where a part has one edge, so that there is nothing to tell apart. */
export function placeName(
  { from, to }: { readonly from: number; readonly to: number },
  space: SpaceSettings = shownSpace(),
): string | null {
  return anySizeLayout(space).edges.length > 1
    ? `${stateName(from, space)} \u2192 ${stateName(to, space)}`
    : null;
}

/** Parts of a title, without those that there is no need to say. */
export const joined = (...parts: readonly (string | null)[]): string =>
  parts.filter((part) => part !== null).join(', ');

/** Parts that share their channels, where the space has such groups. */
export function groupsOf(space: SpaceSettings): readonly { title: string; cells: number[] }[] {
  const { group } = wordsOf(space);
  if (group === null) return [];
  const groups: { title: string; cells: number[] }[] = [];
  for (const shape of anySizeLayout(space).cells) {
    const own = (groups[shape.group] ??= { title: `${group} ${shape.group + 1}`, cells: [] });
    own.cells.push(shape.index);
  }
  return groups;
}
