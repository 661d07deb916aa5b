/**
 * A choice of once-for-all (Cai et al., arXiv 1908.09791) in its ProxylessNAS-like space: kernel sizes and expansions of 21
 * blocks, depths of six groups. The widths are those of its published super-net, at a multiplier.
 */
import * as v from 'valibot';
import { ArchitectureError } from '../../../domain/architecture/schema.ts';
import { mbconvExpansions, mbconvKernels } from '../../../domain/operations/mbconv.ts';
import { buildChainArchitecture, chainName } from './chain-structure.ts';
import type { ChainLayer, ChainStructure } from './chain-structure.ts';
import { jsonOf, refuseOptions, within } from './form.ts';
import type { ArchitectureForm, ImportOptions } from './form.ts';

/** Its program's ProxylessNAS stage widths, strides and most layers of a group (ofa_proxyless.py). */
const widths = { stem: 32, first: 16, groups: [24, 40, 80, 96, 192, 320], head: 1280 };
const strides = [2, 2, 2, 1, 2, 1] as const;
const depths = [4, 4, 4, 4, 4, 1];
const blocks = depths.reduce((sum, depth) => sum + depth, 0);
/** Of its MobileNetV3-like space. */
const otherBlocks = 20;
/** Of the published super-net ofa_proxyless_d234_e346_k357_w1.3. */
const usualWidth = 1.3;

const ChoiceSchema = v.object({
  ks: v.pipe(v.array(v.picklist(mbconvKernels)), v.length(blocks)),
  e: v.pipe(v.array(v.picklist(mbconvExpansions)), v.length(blocks)),
  d: v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4))), v.length(6)),
  r: v.nullish(v.union([v.number(), v.pipe(v.array(v.number()), v.length(1))])),
});

export const onceForAllForm: ArchitectureForm = {
  id: 'once-for-all',
  label: 'a choice of once-for-all',
  match: ([file, ...others]) => others.length === 0 && isChoice(jsonOf(file!)),
  open: ([file], options) =>
    within(file!.name, () => {
      const structure = structureOfChoice(jsonOf(file!), options);
      return { architecture: buildChainArchitecture(structure), name: chainName(structure) };
    }),
};

const isChoice = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && ['ks', 'e', 'd'].every((key) => key in value);

function structureOfChoice(value: unknown, options: ImportOptions): ChainStructure {
  refuseOptions(options, ['cells', 'channels', 'name'], 'the file and --width say it');
  const { ks, d } = value as { ks: unknown; d: unknown };
  if (Array.isArray(ks) && ks.length === otherBlocks && Array.isArray(d) && d.length === 5)
    throw new ArchitectureError(
      `${otherBlocks} blocks in 5 groups are of once-for-all's MobileNetV3, which needs squeeze-and-excitation and hard swish: this lab reads choices of its ProxylessNAS space (${blocks} blocks in 6 groups)`,
    );
  const parsed = v.safeParse(ChoiceSchema, value);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw new ArchitectureError(`${v.getDotPath(issue) ?? 'the choice'}: ${issue.message}`);
  }
  const choice = parsed.output;
  const multiplier = options.width ?? usualWidth;
  const scaled = (width: number): number => divisible(width * multiplier);
  const layers = depths.flatMap((depth, group) =>
    Array.from({ length: depth }, (_, i): ChainLayer => {
      const at = depths.slice(0, group).reduce((sum, own) => sum + own, 0) + i;
      return {
        channels: scaled(widths.groups[group]!),
        stride: i === 0 ? strides[group]! : 1,
        block: i < choice.d[group]! ? { kernel: choice.ks[at]!, expansion: choice.e[at]! } : null,
      };
    }),
  );
  return {
    ...{ stem: scaled(widths.stem), stemStride: 2, first: scaled(widths.first) },
    ...{ head: scaled(widths.head), layers },
    imageSize: options.imageSize ?? sizeOf(choice.r),
    imageChannels: options.imageChannels ?? 3,
    classes: options.classes ?? 1000,
    origin: { form: onceForAllForm.id, name: `once-for-all, width ${multiplier}` },
  };
}

/** @throws ArchitectureError */
function sizeOf(resolution: number | number[] | null | undefined): number {
  const size = Array.isArray(resolution) ? resolution[0]! : (resolution ?? 224);
  if (!Number.isInteger(size) || size < 4 || size > 224)
    throw new ArchitectureError(`r: ${size} is not an image size from 4 to 224; give --image-size`);
  return size;
}

/** To a multiple of 8, and by not more than a tenth down (its program's make_divisible). */
function divisible(width: number): number {
  const rounded = Math.max(8, Math.floor((width + 4) / 8) * 8);
  return rounded < 0.9 * width ? rounded + 8 : rounded;
}
