/**
 * The MobileNet-like search space: a chain of layers (docs/algorithm.md, MobileNet-like space). A layer is the sum of its
 * candidate blocks and, where its input has the same size and channels, its input. To the engine it is a cell of one node
 * and one edge; where the input is added, it may lose all of its candidates: then it is gone, so depth is searched.
 */
import { mbconvName } from '../operations/mbconv.ts';
import { operationTable } from '../operations/registry.ts';
import { mobileLayers, mobileStageEnds, mobileTableProblems } from './mobile-table.ts';
import type { MobileSettings, MobileTable } from './mobile-table.ts';
import { shapeOf } from './shape.ts';
import type { CellShape, Edge, Given, ImageShape, Layout, SpaceShape } from './shape.ts';

export type MobileSpace = SpaceShape<MobileSettings>;

/** States of a layer. */
export const layerInput = 0;
export const layerOutput = 1;

/** A layer's one edge. */
const edges: readonly Edge[] = [{ index: 0, from: layerInput, to: layerOutput }];

/** The layers over square images. @param ends last layer of each stage, where a network states them. */
export function layoutMobile(
  table: MobileTable,
  imageSize: number,
  ends: readonly number[] = mobileStageEnds(table),
): Layout {
  let size = Math.ceil(imageSize / table.stemStride);
  const cells = mobileLayers(table).map(
    ({ index, group, outputs, stride, shortcut }): CellShape => {
      const inputSize = size;
      size = Math.ceil(size / stride);
      return {
        ...{ index, group, shortcut, channels: outputs, size, inputSize },
        stage: ends.findIndex((end) => index <= end),
        reduction: stride === 2,
        halvesFirstInput: false,
      };
    },
  );
  return {
    operations: table.candidates.map((shape) => operationTable[mbconvName(shape)]),
    ...{ edges, cells, nodes: 1, preprocesses: 0, stemChannels: table.stem, stageEnds: ends },
  };
}

/** @throws RangeError where the table contradicts itself. */
export function createMobileSpace(
  table: MobileTable,
  image: ImageShape,
  given: Given = {},
): MobileSpace {
  const [problem] = mobileTableProblems(table);
  if (problem) throw new RangeError(`space.${problem.path}: ${problem.message}`);
  const settings: MobileSettings = { ...table, id: 'mobile' };
  return shapeOf(settings, layoutMobile(table, image.size, given.stageEnds), image, given);
}
