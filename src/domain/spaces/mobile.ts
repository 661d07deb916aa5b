/**
 * The MobileNet-like search space as data: ProxylessNAS's table (arXiv 1812.00332) made multi-granular
 * (docs/algorithm.md, MobileNet-like space). A chain of layers; each is the sum of its candidate blocks and, where its
 * input has the same size and channels, its input. To the engine a layer is a cell of one node and one edge; where the
 * input is added, it may lose all of its candidates: then it is gone, so depth is searched.
 */
import * as v from 'valibot';
import { searchedForm } from '../architecture/schema.ts';
import type { NetworkForm } from '../architecture/schema.ts';
import { mbconvExpansions, mbconvKernels, mbconvName } from '../operations/mbconv.ts';
import { operationTable } from '../operations/registry.ts';
import type { CellShape, Edge, SpaceShape } from './cells.ts';

const width = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4096));
const layers = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(40));
const stride = v.picklist([1, 2]);

/** The table: everything but the images. */
export const MobileTableSchema = v.object({
  /** Channels and stride of the stem's 3x3 convolution. */
  stem: width,
  stemStride: stride,
  /** Channels of the first block: kernel 3, no expansion, not searched. */
  first: width,
  /** Runs of layers of equal channels; the stride is that of the first layer of each. */
  groups: v.pipe(v.array(v.object({ channels: width, layers, stride })), v.minLength(1)),
  /** Channels of the head's 1x1 convolution. */
  head: width,
  /** Layers of each stage. */
  stages: v.pipe(v.array(layers), v.minLength(1)),
  /** Candidates of every layer, in the order of alpha. */
  candidates: v.pipe(
    v.array(
      v.object({ kernel: v.picklist(mbconvKernels), expansion: v.picklist(mbconvExpansions) }),
    ),
    v.minLength(1),
  ),
});
export type MobileTable = v.InferOutput<typeof MobileTableSchema>;

/** ProxylessNAS's candidates. */
export const allCandidates: MobileTable['candidates'] = ([3, 5, 7] as const).flatMap((kernel) =>
  ([3, 6] as const).map((expansion) => ({ kernel, expansion })),
);

export interface MobileLayer {
  readonly index: number;
  /** Of the table. */
  readonly group: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly stride: 1 | 2;
  /** Its input is added to its candidates. */
  readonly shortcut: boolean;
}

/** Every searched layer, in order. */
export function mobileLayers({
  first,
  groups,
}: Pick<MobileTable, 'first' | 'groups'>): MobileLayer[] {
  const result: MobileLayer[] = [];
  let inputs = first;
  groups.forEach(({ channels, layers: count, stride: own }, group) => {
    for (let i = 0; i < count; i++) {
      const stride = i === 0 ? own : 1;
      const shortcut = stride === 1 && inputs === channels;
      result.push({ index: result.length, group, inputs, outputs: channels, stride, shortcut });
      inputs = channels;
    }
  });
  return result;
}

/** What is wrong with a table beyond its single numbers, each with the field that it names. */
export function mobileTableProblems(table: MobileTable): { path: string; message: string }[] {
  const problems: { path: string; message: string }[] = [];
  const count = table.groups.reduce((sum, group) => sum + group.layers, 0);
  const staged = table.stages.reduce((sum, own) => sum + own, 0);
  if (staged !== count)
    problems.push({
      path: 'stages',
      message: `the stages have ${staged} layers together, the groups have ${count}`,
    });
  const names = table.candidates.map(mbconvName);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice) problems.push({ path: 'candidates', message: `${twice} is listed twice` });
  return problems;
}

/** What a chain has beyond what cells have. */
export interface ChainShape {
  readonly table: MobileTable;
  readonly layers: readonly MobileLayer[];
}

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
    cells: layerShapes(layerList, Math.ceil(image.size / table.stemStride), ends),
    stemChannels: table.stem,
    stageEnds: ends,
    form,
    outcome: given.outcome ?? form,
    chain: { table, layers: layerList },
  };
}

/** Index of the last layer of each stage. */
export function mobileStageEnds({ stages }: Pick<MobileTable, 'stages'>): number[] {
  let end = -1;
  return stages.map((own) => (end += own));
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
