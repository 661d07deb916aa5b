/** What an architecture is published as, without its weights: each {id, label, help, file}. Plain data: the page makes them too. */
import { defaultSpace } from '../../spaces/settings.ts';
import type { SpaceId } from '../../spaces/settings.ts';
import type { Architecture } from '../schema.ts';
import { chainDot } from './chain-dot.ts';
import { chainSvg } from './chain-drawing.ts';
import { cellsDot } from './dot.ts';
import { cellsSvg } from './drawing.ts';
import { genotypeModule } from './genotype.ts';
import { modelCardMarkdown } from './model-card.ts';
import type { CardTraining } from './model-card.ts';

export interface Publication {
  /** One of each id a space. */
  readonly id: string;
  readonly label: string;
  readonly help: string;
  readonly file: string;
  readonly type: string;
  /** Spaces whose architectures it can be written of; absent = all. */
  readonly space?: SpaceId;
  readonly write: (architecture: Architecture, training: CardTraining | null) => string;
}

export const publications: readonly Publication[] = [
  {
    id: 'genotype',
    label: 'Genotype',
    help: 'Python, in the notation of DARTS; cell by cell with widths where cells differ.',
    file: 'genotype.py',
    type: 'text/x-python',
    space: 'cells',
    write: genotypeModule,
  },
  {
    id: 'svg',
    label: 'Cells as SVG',
    help: 'A drawing of every distinct cell, as in papers.',
    file: 'cells.svg',
    type: 'image/svg+xml',
    space: 'cells',
    write: cellsSvg,
  },
  {
    id: 'svg',
    label: 'Layers as SVG',
    help: 'A drawing of the chain of layers, as papers show it.',
    file: 'layers.svg',
    type: 'image/svg+xml',
    space: 'mobile',
    write: chainSvg,
  },
  {
    id: 'dot',
    label: 'Cells as DOT',
    help: 'For Graphviz: dot -Tpdf cells.dot.',
    file: 'cells.dot',
    type: 'text/vnd.graphviz',
    space: 'cells',
    write: cellsDot,
  },
  {
    id: 'dot',
    label: 'Layers as DOT',
    help: 'For Graphviz: dot -Tpdf layers.dot.',
    file: 'layers.dot',
    type: 'text/vnd.graphviz',
    space: 'mobile',
    write: chainDot,
  },
  {
    id: 'card',
    label: 'Model card',
    help: 'Markdown: size, accuracy, settings, and commands to reproduce it.',
    file: 'MODEL_CARD.md',
    type: 'text/markdown',
    write: modelCardMarkdown,
  },
];

/** What can be written of this architecture. */
export function publicationsOf({ settings }: Pick<Architecture, 'settings'>): Publication[] {
  const { id = defaultSpace } = settings.space;
  return publications.filter(({ space }) => space === undefined || space === id);
}

/** The drawing of its space. */
export const drawingOf = (architecture: Architecture): string =>
  publicationsOf(architecture)
    .find(({ id }) => id === 'svg')!
    .write(architecture, null);
