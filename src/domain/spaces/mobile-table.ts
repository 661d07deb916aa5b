/**
 * The table of a MobileNet-like space: ProxylessNAS's (arXiv 1812.00332), as data (docs/algorithm.md, MobileNet-like
 * space). A small space is other numbers, not other code.
 */
import * as v from 'valibot';
import { mbconvExpansions, mbconvKernels, mbconvName, mbconvs } from '../operations/mbconv.ts';
import { setting } from '../settings/setting.ts';

export const mostWidth = 4096;
/** Of groups, and of stages: a file must not ask for more memory than there is. */
export const mostGroups = 24;
export const mostGroupLayers = 40;
const mostLayers = 100;

const width = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(mostWidth));
const layersUpTo = (most: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most));
const layers = layersUpTo(mostGroupLayers);
const stride = v.picklist([1, 2]);

const entries = {
  stem: setting(width, 'Stem', 'Filters of the stem, a 3\u00d73 convolution.', 'filters'),
  stemStride: setting(stride, 'Stem stride', 'A stride of 2 halves the image.'),
  first: setting(
    width,
    'First block',
    'Filters of the first block, which is not searched.',
    'filters',
  ),
  groups: setting(
    v.pipe(
      v.array(v.object({ channels: width, layers, stride })),
      v.minLength(1),
      v.maxLength(mostGroups),
    ),
    'Groups',
    'Groups of layers with equal channels, in order; the stride is that of the first layer of each group.',
  ),
  head: setting(
    width,
    'Head',
    'Filters of the 1\u00d71 convolution before the classifier.',
    'filters',
  ),
  stageLayers: setting(
    v.pipe(v.array(layersUpTo(mostLayers)), v.minLength(1), v.maxLength(mostGroups)),
    'Layers of each stage',
    'Their sum is the number of layers of all groups. More stages need less memory.',
    'layers',
  ),
  candidates: setting(
    v.pipe(
      v.array(
        v.object({ kernel: v.picklist(mbconvKernels), expansion: v.picklist(mbconvExpansions) }),
      ),
      v.minLength(1),
      v.maxLength(mbconvs.length),
    ),
    'Candidate blocks',
    'What every layer can choose from: kernel size, and expansion of the input channels inside the block.',
  ),
};

/** Everything but the images. */
export const MobileTableSchema = v.object(entries);
export type MobileTable = v.InferOutput<typeof MobileTableSchema>;

export const MobileSettingsSchema = v.object({ id: v.literal('mobile'), ...entries });
export type MobileSettings = v.InferOutput<typeof MobileSettingsSchema>;

/** ProxylessNAS's candidates. */
export const allCandidates: MobileTable['candidates'] = ([3, 5, 7] as const).flatMap((kernel) =>
  ([3, 6] as const).map((expansion) => ({ kernel, expansion })),
);

/** By preset. */
export const mobileSizes = {
  'mobile-tiny': {
    ...{ id: 'mobile', stem: 6, stemStride: 1, first: 4, head: 32, stageLayers: [2, 2, 1] },
    groups: [
      { channels: 4, layers: 2, stride: 1 },
      { channels: 8, layers: 3, stride: 2 },
    ],
    candidates: allCandidates,
  },
  'mobile-demo': {
    ...{ id: 'mobile', stem: 16, stemStride: 1, first: 8, head: 256, stageLayers: [3, 3, 2] },
    groups: [
      { channels: 12, layers: 3, stride: 1 },
      { channels: 20, layers: 3, stride: 2 },
      { channels: 40, layers: 2, stride: 2 },
    ],
    candidates: allCandidates,
  },
  'mobile-paper': {
    ...{ id: 'mobile', stem: 32, stemStride: 2, first: 16, head: 1280, stageLayers: [8, 8, 5] },
    groups: [
      { channels: 24, layers: 4, stride: 2 },
      { channels: 40, layers: 4, stride: 2 },
      { channels: 80, layers: 4, stride: 2 },
      { channels: 96, layers: 4, stride: 1 },
      { channels: 192, layers: 4, stride: 2 },
      { channels: 320, layers: 1, stride: 1 },
    ],
    candidates: allCandidates,
  },
} satisfies Record<string, MobileSettings>;

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
      const layerStride = i === 0 ? own : 1;
      const shortcut = layerStride === 1 && inputs === channels;
      const index = result.length;
      result.push({ index, group, inputs, outputs: channels, stride: layerStride, shortcut });
      inputs = channels;
    }
  });
  return result;
}

/** What is wrong with a table beyond its single numbers, each with the field that it names. */
export function mobileTableProblems(table: MobileTable): { path: string; message: string }[] {
  const problems: { path: string; message: string }[] = [];
  const count = table.groups.reduce((sum, group) => sum + group.layers, 0);
  const staged = table.stageLayers.reduce((sum, own) => sum + own, 0);
  if (staged !== count)
    problems.push({
      path: 'stageLayers',
      message: `the stages have ${staged} layers together, the groups have ${count}`,
    });
  if (count > mostLayers)
    problems.push({
      path: 'groups',
      message: `${count} layers; at most ${mostLayers} are supported`,
    });
  const names = table.candidates.map(mbconvName);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice) problems.push({ path: 'candidates', message: `${twice} is listed twice` });
  return problems;
}

/** Index of the last layer of each stage. */
export function mobileStageEnds({ stageLayers }: Pick<MobileTable, 'stageLayers'>): number[] {
  let end = -1;
  return stageLayers.map((own) => (end += own));
}

/** The stages with as many layers together as the groups have: the last ones give or take the difference. */
export function fittedStages({ groups, stageLayers }: MobileTable): number[] {
  const count = groups.reduce((sum, group) => sum + group.layers, 0);
  // A number on the way to being typed.
  if (!Number.isInteger(count) || count < 1) return stageLayers;
  const fitted = stageLayers.slice(0, count);
  let missing = count - fitted.reduce((sum, own) => sum + own, 0);
  for (let stage = fitted.length - 1; stage >= 0 && missing !== 0; stage--) {
    const own = Math.max(1, fitted[stage]! + missing);
    missing -= own - fitted[stage]!;
    fitted[stage] = own;
  }
  return fitted;
}
