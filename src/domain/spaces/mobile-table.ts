/**
 * The table of a MobileNet-like space: ProxylessNAS's (arXiv 1812.00332), as data (docs/algorithm.md, MobileNet-like
 * space). A small space is other numbers, not other code.
 */
import * as v from 'valibot';
import { mbconvExpansions, mbconvKernels, mbconvName } from '../operations/mbconv.ts';

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

/** Index of the last layer of each stage. */
export function mobileStageEnds({ stages }: Pick<MobileTable, 'stages'>): number[] {
  let end = -1;
  return stages.map((own) => (end += own));
}
