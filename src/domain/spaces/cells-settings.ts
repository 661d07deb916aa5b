/** The settings of the cell search space, and its sizes in the presets. */
import * as v from 'valibot';
import { operationNames, presetOperations } from '../operations/registry.ts';
import { positiveInteger, setting } from '../settings/setting.ts';

export const mostChannels = 256;

export const CellSettingsSchema = v.object({
  /** Absent in files that knew no other space. */
  id: v.optional(v.literal('cells')),
  cells: setting(
    v.pipe(positiveInteger, v.maxValue(40)),
    'Cells',
    'Cells of the super-net, split evenly over the stages, at least one for each.',
    'cells',
  ),
  nodes: setting(
    v.pipe(positiveInteger, v.maxValue(8)),
    'Nodes',
    'Intermediate nodes of a cell; each sums its incoming edges.',
    'per cell',
  ),
  channels: setting(
    v.pipe(positiveInteger, v.maxValue(mostChannels)),
    'Channels',
    'Filters in the first stage; doubled at every reduction.',
    'filters',
  ),
  stages: setting(
    v.pipe(positiveInteger, v.maxValue(5)),
    'Stages',
    'More stages need less memory. Each after the first opens with a reduction cell, which halves the image.',
    'stages',
  ),
  stemMultiplier: setting(
    v.pipe(positiveInteger, v.maxValue(8)),
    'Stem width',
    'Filters of the stem, as a multiple of the channels.',
    '\u00d7 channels',
  ),
  operations: setting(
    v.pipe(v.array(v.picklist(operationNames)), v.minLength(1)),
    'Candidate operations',
    'What every edge can choose from.',
  ),
});
export type CellSettings = v.InferOutput<typeof CellSettingsSchema>;

const paper: CellSettings = {
  cells: 8,
  nodes: 4,
  channels: 16,
  stages: 3,
  stemMultiplier: 3,
  operations: [...presetOperations],
};

/** By preset. */
export const cellSizes = {
  tiny: {
    cells: 3,
    nodes: 2,
    channels: 4,
    stages: 3,
    stemMultiplier: 3,
    operations: [...presetOperations],
  },
  demo: { ...paper, cells: 6, nodes: 3, channels: 8 },
  paper,
} satisfies Record<string, CellSettings>;
