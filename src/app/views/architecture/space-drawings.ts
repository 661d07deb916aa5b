/** How each space is drawn: its whole network, and one of its parts. */
import type { ComponentType, Ref } from 'react';
import { defaultSpace } from '../../../domain/spaces/settings.ts';
import type { SpaceId, SpaceSettings } from '../../../domain/spaces/settings.ts';
import { ChainLegend } from './ChainLegend.tsx';
import { ChainPicture } from './ChainPicture.tsx';
import type { Drawing } from './GraphTools.tsx';
import { NetworkPicture } from './NetworkPicture.tsx';

interface SpaceDrawing {
  readonly Whole: ComponentType<{ ref: Ref<SVGSVGElement>; ghosts: boolean }>;
  /** What stands under it. */
  readonly Legend: ComponentType | null;
  /** Whether the whole network can show what was pruned. */
  readonly ghosts: boolean;
  /** Of one part, the usual one first. */
  readonly drawings: readonly Drawing[];
}

/** One entry an id: a space without one does not compile. */
const spaceDrawings: Readonly<Record<SpaceId, SpaceDrawing>> = {
  cells: {
    ...{ Whole: NetworkPicture, Legend: null, ghosts: false },
    drawings: ['candidates', 'darts'],
  },
  mobile: {
    ...{ Whole: ChainPicture, Legend: ChainLegend, ghosts: true },
    drawings: ['candidates'],
  },
};

export const drawingOf = ({ id = defaultSpace }: Pick<SpaceSettings, 'id'>): SpaceDrawing =>
  spaceDrawings[id];
