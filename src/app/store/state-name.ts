/** What states of a cell are called in the run on screen, and which of them an edge joins. */
import { spaceOf } from '../../domain/spaces/registry.ts';
import { shownSettings, shownState } from './store.ts';

const space = () => spaceOf(shownSettings(shownState()).space);

export const stateName = (state: number): string => space().stateName(state);

export const edgePlace = (edge: number): { from: number; to: number } => space().edgePlace(edge);
