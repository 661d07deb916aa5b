/** The cell search space as data: which cells, edges and candidate operations a super-net has (DARTS space). */
import { searchedForm } from '../architecture/schema.ts';
import type { NetworkForm } from '../architecture/schema.ts';
import type { OperationName, SpaceSettings } from '../settings.ts';

export type OperationKind = 'skip' | 'separable' | 'dilated' | 'average-pool' | 'max-pool';

export interface Operation {
  readonly name: OperationName;
  readonly kind: OperationKind;
  readonly kernel: number;
  readonly dilation: number;
  /** Depthwise + pointwise + batch-norm blocks: 2 for a separable convolution, 1 for a dilated one. */
  readonly blocks: number;
}

export const operationTable: Readonly<Record<OperationName, Operation>> = {
  skip_connect: { name: 'skip_connect', kind: 'skip', kernel: 1, dilation: 1, blocks: 0 },
  sep_conv_3x3: { name: 'sep_conv_3x3', kind: 'separable', kernel: 3, dilation: 1, blocks: 2 },
  sep_conv_5x5: { name: 'sep_conv_5x5', kind: 'separable', kernel: 5, dilation: 1, blocks: 2 },
  dil_conv_3x3: { name: 'dil_conv_3x3', kind: 'dilated', kernel: 3, dilation: 2, blocks: 1 },
  dil_conv_5x5: { name: 'dil_conv_5x5', kind: 'dilated', kernel: 5, dilation: 2, blocks: 1 },
  avg_pool_3x3: { name: 'avg_pool_3x3', kind: 'average-pool', kernel: 3, dilation: 1, blocks: 0 },
  max_pool_3x3: { name: 'max_pool_3x3', kind: 'max-pool', kernel: 3, dilation: 1, blocks: 0 },
};

/** Edge from state `from` (0, 1 = the cell's inputs, 2.. = nodes) to state `to` (2..). */
export interface Edge {
  readonly index: number;
  readonly from: number;
  readonly to: number;
}

export interface CellShape {
  readonly index: number;
  readonly stage: number;
  readonly reduction: boolean;
  /** Filters of every node. */
  readonly channels: number;
  /** Pixels a side of its output (nodes). */
  readonly size: number;
  /** Pixels a side of its preprocessed inputs (2 x size, or 2 x size - 1, in a reduction cell). */
  readonly inputSize: number;
  /** preprocess0 is a factorized reduce, since the cell before is a reduction. */
  readonly halvesFirstInput: boolean;
}

export interface SpaceShape {
  readonly settings: SpaceSettings;
  readonly classes: number;
  readonly imageSize: number;
  readonly imageChannels: number;
  readonly operations: readonly Operation[];
  readonly edges: readonly Edge[];
  readonly cells: readonly CellShape[];
  readonly stemChannels: number;
  /** Index of the last cell of each stage. */
  readonly stageEnds: readonly number[];
  readonly form: NetworkForm;
}

/** Edges of a cell in DARTS order: (0,2),(1,2),(0,3),(1,3),(2,3),... */
export function cellEdges(nodes: number): Edge[] {
  const edges: Edge[] = [];
  for (let to = 2; to < nodes + 2; to++) {
    for (let from = 0; from < to; from++) edges.push({ index: edges.length, from, to });
  }
  return edges;
}

/**
 * Lays out the cells of a super-net over square images.
 * @param given.stageEnds last cell of each stage, where a network states them; else by even shares.
 * @throws RangeError when there are fewer cells than stages.
 */
export function createSpace(
  settings: SpaceSettings,
  image: { size: number; channels: number; classes: number },
  given: { stageEnds?: readonly number[]; form?: NetworkForm } = {},
): SpaceShape {
  if (settings.cells < settings.stages) {
    throw new RangeError(
      `space.cells (${settings.cells}) must be at least space.stages (${settings.stages})`,
    );
  }
  const stageEnds =
    given.stageEnds ??
    Array.from(
      { length: settings.stages },
      (_, s) => Math.round(((s + 1) * settings.cells) / settings.stages) - 1,
    );
  const cells: CellShape[] = [];
  let size = image.size;
  for (let index = 0; index < settings.cells; index++) {
    const stage = stageEnds.findIndex((end) => index <= end);
    const reduction = index > 0 && stage !== cells[index - 1].stage;
    const inputSize = size;
    if (reduction) size = Math.ceil(size / 2);
    cells.push({
      index,
      stage,
      reduction,
      channels: settings.channels * 2 ** stage,
      size,
      inputSize,
      halvesFirstInput: index > 0 && cells[index - 1].reduction,
    });
  }
  return {
    settings,
    classes: image.classes,
    imageSize: image.size,
    imageChannels: image.channels,
    operations: settings.operations.map((name) => operationTable[name]),
    edges: cellEdges(settings.nodes),
    cells,
    stemChannels: settings.channels * settings.stemMultiplier,
    stageEnds,
    form: given.form ?? searchedForm,
  };
}
