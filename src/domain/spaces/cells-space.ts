/** The cell search space (DARTS, arXiv 1806.09055): cells of nodes that sum their incoming edges. */
import { checkCells, spaceOfCells, unitsOfCells } from './cells-architecture.ts';
import { buildCells, cellFilterGroups } from './cells-graph.ts';
import { CellSettingsSchema, mostChannels } from './cells-settings.ts';
import type { CellSettings } from './cells-settings.ts';
import { createSpace, edgePlace, layoutCells, roundedStageEnds, stateName } from './cells.ts';
import type { Space } from './space.ts';

export const cells: Space<CellSettings> = {
  id: 'cells',
  label: 'Cells (DARTS)',
  schema: CellSettingsSchema,
  problems: cellProblems,
  layout: layoutCells,
  create: createSpace,
  formerStageEnds: roundedStageEnds,
  edgePlace,
  stateName,
  words: {
    ...({ part: 'cell', parts: 'cells', sum: 'node', group: null } as const),
    describe: ({ reduction, channels, size }) =>
      `${reduction ? 'reduction cell, ' : ''}${channels} channels, ${size}\u00d7${size} pixels`,
    filters: (unit, part) =>
      unit === null ? `Preprocess of input ${part + 1}` : `Block ${part + 1}`,
    ownFilters: stateName,
    ownFiltersTitle: 'Preprocess',
    filterRows: 'upper row first block',
  },
  filterWidth: (_, { channels }) => channels,
  follow: (settings) => settings,
  summary: ({ cells: count, nodes, channels, operations }) =>
    `${count} cells, ${nodes} nodes, ${channels} channels, ${operations.join(', ')}`,
  inOneStage: (settings) => ({ ...settings, stages: 1 }),
  widened: (settings, factor) => ({ ...settings, channels: settings.channels * factor }),
  channels: ({ channels }) => ({ now: channels, most: mostChannels }),
  filterGroups: cellFilterGroups,
  emit: buildCells,
  read: (architecture) => {
    const space = spaceOfCells(architecture);
    return { space, units: unitsOfCells(architecture, space) };
  },
  check: checkCells,
};

function* cellProblems({ cells: count, stages }: CellSettings, imageSize: number) {
  if (count < stages)
    yield { path: 'space.cells', message: `must be at least ${stages}, one for each stage.` };
  if (imageSize / 2 ** (stages - 1) < 2)
    yield {
      path: 'space.stages',
      message: `each after the first halves the image, and ${imageSize} pixels end below 2; use fewer stages or larger images.`,
    };
}
