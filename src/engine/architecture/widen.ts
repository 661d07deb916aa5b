/**
 * More channels for a found architecture, in its own proportions: channel i becomes channels i * factor to
 * i * factor + factor - 1, wherever it is named, and a pair of copies has the mask of the pair they were copied from. So
 * every width is `factor` times what it was, the share of weights that are masked stays, and what follows the channels'
 * order (a node's place in a concatenation, the halves of a factorized reduce over an even number) follows it still.
 */
import { superNetTotals } from '../granularity/count.ts';
import { rebuildNetwork } from '../train/rebuild.ts';
import { decodeBitmap, encodeBitmap } from './bitmap.ts';
import { describeArchitecture } from './describe.ts';
import { ArchitectureError } from '../../domain/architecture/schema.ts';
import type { Architecture } from '../../domain/architecture/schema.ts';
import { spaceOf } from '../../domain/spaces/registry.ts';

type Cell = Architecture['cells'][number];
type Operation = Cell['operations'][number];
type Block = Operation['blocks'][number];
type Bottleneck = NonNullable<Operation['bottleneck']>;
type WeightArray = Block['depthwise'];

/**
 * @param factor whole, 1 = unchanged.
 * @returns an architecture like any other; parameters, multiply-accumulates and units left are counted anew. Its accuracy
 * as searched is gone: it was the narrow network's.
 * @throws ArchitectureError where the JSON contradicts itself; RangeError where the factor is none, or too large.
 */
export function widenArchitecture(architecture: Architecture, factor: number): Architecture {
  if (factor === 1) return architecture;
  if (!(Number.isInteger(factor) && factor >= 1))
    throw new RangeError(`widen: ${factor} is not a whole number of 1 or more`);
  const {
    settings,
    dataset,
    cells,
    head,
    steps,
    targetReached,
    engineVersion,
    widened = 1,
  } = architecture;
  const kind = spaceOf(settings.space);
  const width = kind.channels(settings.space);
  const channels = width.now * factor;
  if (channels > width.most) {
    const most = Math.floor(width.most / width.now);
    throw new RangeError(
      `widen: ${factor} times ${width.now} channels are ${channels}; at most ${width.most} are supported, so widen by at most ${most}`,
    );
  }
  const ids = (list: readonly number[]): number[] => widenIds(list, factor);
  const structure: Architecture = {
    ...architecture,
    settings: { ...settings, space: kind.widened(settings.space, factor) },
    cells: cells.map((cell) => ({
      ...cell,
      channels: cell.channels * factor,
      preprocess: cell.preprocess.map((p) => ({
        ...p,
        inputs: ids(p.inputs),
        filters: ids(p.filters),
      })),
      operations: cell.operations.map((operation) => ({
        ...operation,
        blocks: operation.blocks.map((block, b) =>
          widenBlock(block, factor, `cells.${cell.index}: ${operation.operation}, block ${b}`),
        ),
        ...(operation.bottleneck && {
          bottleneck: widenBottleneck(
            operation.bottleneck,
            factor,
            `cells.${cell.index}: ${operation.operation}`,
          ),
        }),
        reduce: operation.reduce && {
          ...operation.reduce,
          inputs: ids(operation.reduce.inputs),
          filters: ids(operation.reduce.filters),
        },
      })),
    })),
    head: { ...head, inputs: ids(head.inputs) },
  };
  // Sizes and whatever else follows from the structure, from the network itself; importances as found, not rounded anew.
  const network = rebuildNetwork(structure, settings.seed);
  const described = describeArchitecture({
    network,
    totals: superNetTotals(network.plan.space),
    settings: structure.settings,
    data: dataset,
    steps,
    validationAccuracy: null,
    targetReached,
  });
  const importances = (cell: Cell, c: number): Cell => ({
    ...cell,
    operations: cell.operations.map((operation) => ({
      ...operation,
      importance: sameOperation(cells[c]!, operation).importance,
    })),
  });
  return {
    ...described,
    engineVersion,
    widened: widened * factor,
    ...(architecture.origin && { origin: architecture.origin }),
    cells: described.cells.map(importances),
  };
}

function sameOperation({ operations }: Cell, { operation, from, to }: Operation): Operation {
  return operations.find((o) => o.operation === operation && o.from === from && o.to === to)!;
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

function widenIds(ids: readonly number[], factor: number): number[] {
  return ids.flatMap((id) => range(factor).map((copy) => id * factor + copy));
}

function widenBlock(block: Block, factor: number, place: string): Block {
  return {
    ...block,
    inputs: widenIds(block.inputs, factor),
    filters: widenIds(block.filters, factor),
    depthwise: widenArray(block.depthwise, factor, [2], `${place}, depthwise`),
    pointwise: widenArray(block.pointwise, factor, [2, 3], `${place}, pointwise`),
  };
}

/** The expansion stays: as a multiple of the inputs, the channels inside are `factor` times as many already. */
function widenBottleneck(bottleneck: Bottleneck, factor: number, place: string): Bottleneck {
  const { inputs, middle, filters, expand, depthwise, project } = bottleneck;
  return {
    ...bottleneck,
    inputs: widenIds(inputs, factor),
    middle: widenIds(middle, factor),
    filters: widenIds(filters, factor),
    expand: widenArray(expand, factor, [2, 3], `${place}, expand`),
    depthwise: widenArray(depthwise, factor, [2], `${place}, depthwise`),
    project: widenArray(project, factor, [2, 3], `${place}, project`),
  };
}

/** Repeats every element along each of `axes`. */
function widenArray(
  { shape, alive, mask }: WeightArray,
  factor: number,
  axes: readonly number[],
  place: string,
): WeightArray {
  const wide = shape.map((size, axis) => (axes.includes(axis) ? size * factor : size));
  const found = mask === null ? null : maskOf(mask, shape, place);
  return {
    shape: wide,
    alive: alive * factor ** axes.length,
    mask: found && encodeBitmap(repeat(found, shape, wide)),
  };
}

function repeat(mask: Uint8Array, shape: readonly number[], wide: readonly number[]): Uint8Array {
  return Uint8Array.from(
    { length: wide.reduce((product, size) => product * size, 1) },
    (_, element) => {
      // Row-major place in `wide`, axis by axis from the last, to the place in `shape` that it was copied from.
      let [rest, from, step] = [element, 0, 1];
      for (let axis = wide.length - 1; axis >= 0; axis--) {
        from += Math.floor((rest % wide[axis]!) / (wide[axis]! / shape[axis]!)) * step;
        rest = Math.floor(rest / wide[axis]!);
        step *= shape[axis]!;
      }
      return mask[from!]!;
    },
  );
}

function maskOf(text: string, shape: readonly number[], place: string): Uint8Array {
  try {
    return decodeBitmap(
      text,
      shape.reduce((product, size) => product * size, 1),
    );
  } catch (error) {
    throw new ArchitectureError(`${place}: mask: ${(error as Error).message}`);
  }
}
