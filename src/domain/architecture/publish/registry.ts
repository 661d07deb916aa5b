/** What an architecture is published as, without its weights: each {id, label, help, file}. Plain data: the page makes them too. */
import type { Architecture } from '../schema.ts';
import { cellsDot } from './dot.ts';
import { cellsSvg } from './drawing.ts';
import { genotypeModule } from './genotype.ts';
import { modelCardMarkdown } from './model-card.ts';
import type { CardTraining } from './model-card.ts';

export interface Publication {
  readonly id: string;
  readonly label: string;
  readonly help: string;
  readonly file: string;
  readonly type: string;
  readonly write: (architecture: Architecture, training: CardTraining | null) => string;
}

export const publications: readonly Publication[] = [
  {
    id: 'genotype',
    label: 'Genotype',
    help: 'Python, as DARTS prints it; cell by cell with widths where cells differ.',
    file: 'genotype.py',
    type: 'text/x-python',
    write: genotypeModule,
  },
  {
    id: 'svg',
    label: 'Cells as SVG',
    help: 'A drawing of every different cell, as papers show them.',
    file: 'cells.svg',
    type: 'image/svg+xml',
    write: cellsSvg,
  },
  {
    id: 'dot',
    label: 'Cells as DOT',
    help: 'For Graphviz: dot -Tpdf cells.dot.',
    file: 'cells.dot',
    type: 'text/vnd.graphviz',
    write: cellsDot,
  },
  {
    id: 'card',
    label: 'Model card',
    help: 'Markdown: size, accuracy, settings, and how to repeat it.',
    file: 'MODEL_CARD.md',
    type: 'text/markdown',
    write: modelCardMarkdown,
  },
];
