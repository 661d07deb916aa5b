/**
 * The MobileNet-like search space: a chain of layers (docs/algorithm.md, MobileNet-like space). A layer is the sum of its
 * candidate blocks and, where its input has the same size and channels, its input. To the engine it is a cell of one node
 * and one edge; where the input is added, it may lose all of its candidates: then it is gone, so depth is searched.
 */
import { searchedForm } from '../architecture/schema.ts';
import type { NetworkForm } from '../architecture/schema.ts';
import { mbconvName } from '../operations/mbconv.ts';
import { operationTable } from '../operations/registry.ts';
import type { CellShape, Edge, SpaceShape } from './cells.ts';
import { mobileLayers, mobileStageEnds, mobileTableProblems } from './mobile-table.ts';
import type { ChainShape, MobileLayer, MobileTable } from './mobile-table.ts';

/** A layer's one edge: from its input, state 0, to its output, state 1. */
const edges: readonly Edge[] = [{ index: 0, from: 0, to: 1 }];

/**
 * Lays out the layers of a super-net over square images.
 * @param given.stageEnds last layer of each stage, where a network states them.
 * @throws RangeError where the table contradicts itself.
 */
export function createMobileSpace(
  table: MobileTable,
  image: { size: number; channels: number; classes: number },
  given: { stageEnds?: readonly number[]; form?: NetworkForm; outcome?: NetworkForm } = {},
): SpaceShape & { readonly chain: ChainShape } {
  const [problem] = mobileTableProblems(table);
  if (problem) throw new RangeError(`space.${problem.path}: ${problem.message}`);
  const layerList = mobileLayers(table);
  const ends = given.stageEnds ?? mobileStageEnds(table);
  const operations = table.candidates.map((shape) => operationTable[mbconvName(shape)]);
  const form = given.form ?? searchedForm;
  return {
    settings: {
      ...{ cells: layerList.length, nodes: 1, stages: table.stages.length, stemMultiplier: 1 },
      channels: table.stem,
      operations: operations.map(({ name }) => name),
    },
    classes: image.classes,
    imageSize: image.size,
    imageChannels: image.channels,
    operations,
    edges,
    ...{ nodes: 1, preprocesses: 0 },
    cells: layerShapes(layerList, Math.ceil(image.size / table.stemStride), ends),
    stemChannels: table.stem,
    stageEnds: ends,
    form,
    outcome: given.outcome ?? form,
    chain: { table, layers: layerList },
  };
}

function layerShapes(
  layerList: readonly MobileLayer[],
  stemSize: number,
  ends: readonly number[],
): CellShape[] {
  let size = stemSize;
  return layerList.map(({ index, group, outputs, stride: own, shortcut }) => {
    const inputSize = size;
    size = Math.ceil(size / own);
    return {
      ...{ index, group, shortcut, channels: outputs, size, inputSize },
      stage: ends.findIndex((end) => index <= end),
      reduction: own === 2,
      halvesFirstInput: false,
    };
  });
}
