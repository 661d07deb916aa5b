/**
 * From a list of blocks, as publications state them, to an architecture of this lab: a table of the MobileNet-like space,
 * masks that leave one block or none in every layer, and its description with everything counted anew.
 */
import { ArchitectureError, evaluationForm } from '../../../domain/architecture/schema.ts';
import type { Architecture } from '../../../domain/architecture/schema.ts';
import { invertedBottleneckGroups } from '../../../domain/operations/emission.ts';
import { mbconvName, mbconvs } from '../../../domain/operations/mbconv.ts';
import type { MbconvShape } from '../../../domain/operations/mbconv.ts';
import { mobilePresets } from '../../../domain/settings/mobile-presets.ts';
import { buildPlan, candidateName, fullMasks } from '../../../domain/spaces/build-plan.ts';
import {
  allCandidates,
  mobileTableProblems,
  mostGroupLayers,
  mostGroups,
  mostWidth,
} from '../../../domain/spaces/mobile-table.ts';
import type { MobileSettings, MobileTable } from '../../../domain/spaces/mobile-table.ts';
import { createMobileSpace } from '../../../domain/spaces/mobile.ts';
import { superNetTotals } from '../../granularity/count.ts';
import type { Network } from '../../granularity/network.ts';
import { describeArchitecture } from '../describe.ts';
import { networkOf } from './structure.ts';

export interface ChainStructure {
  /** Filters of the 3x3 convolution at the beginning, of the block behind it and of the 1x1 convolution at the end. */
  readonly stem: number;
  readonly stemStride: 1 | 2;
  readonly first: number;
  readonly head: number;
  readonly layers: readonly ChainLayer[];
  /** Pixels a side. */
  readonly imageSize: number;
  readonly imageChannels: number;
  readonly classes: number;
  readonly origin: NonNullable<Architecture['origin']>;
}

export interface ChainLayer {
  readonly channels: number;
  readonly stride: 1 | 2;
  /** Null: the layer is gone, its input is its output. */
  readonly block: ChainBlock | null;
}

export interface ChainBlock extends MbconvShape {
  /** Channels inside, where they are fewer than the expansion gives. */
  readonly inside?: number;
}

/** Elements that a super-net may have: what an import may ask of memory. */
const mostElements = 100e6;

/** @throws ArchitectureError naming the layer and what the lab lacks. */
export function buildChainArchitecture(structure: ChainStructure): Architecture {
  const network = networkOfChain(structure);
  const { classes, imageSize, imageChannels } = structure;
  const described = describeArchitecture({
    network,
    totals: superNetTotals(network.plan.space),
    settings: settingsOf(structure),
    data: {
      name: classes === 1000 && imageChannels === 3 ? 'ImageNet' : `${classes} classes`,
      classNames: Array.from({ length: classes }, (_, i) => `class ${i}`),
      ...{ imageSize, imageChannels },
    },
    ...{ steps: 0, validationAccuracy: null, targetReached: true },
  });
  return {
    ...described,
    settings: { ...described.settings, targetParameters: described.parameters.active },
    origin: structure.origin,
  };
}

/** The network alone, its weights not drawn: enough to count. @throws ArchitectureError as above. */
export function networkOfChain(structure: ChainStructure): Network {
  checkWidths(structure);
  const table = tableOf(structure);
  if (table.groups.length > mostGroups)
    throw new ArchitectureError(
      `size or channels change ${table.groups.length} times; up to ${mostGroups} times are supported`,
    );
  const [problem] = mobileTableProblems(table);
  if (problem) throw new ArchitectureError(`${problem.path}: ${problem.message}`);
  const { imageSize: size, imageChannels: channels, classes, layers } = structure;
  const space = createMobileSpace(table, { size, channels, classes }, { form: evaluationForm });
  const masks = fullMasks(space);
  const [endCell, stage] = [layers.length - 1, table.stageLayers.length - 1];
  const elements = buildPlan(space, masks, endCell, stage).table.size;
  if (elements > mostElements)
    throw new ArchitectureError(
      `with all candidates its super-net has ${Math.round(elements / 1e6)} million parameters; up to ${mostElements / 1e6} million are supported`,
    );
  layers.forEach(({ block }, index) => {
    const alive = masks.operations[index]!.fill(0);
    if (!block) {
      if (!space.cells[index]!.shortcut)
        throw new ArchitectureError(
          `layer ${index + 1}: it is left out, but it changes size or channels`,
        );
      return;
    }
    const unit = space.operations.findIndex(({ name }) => name === mbconvName(block));
    alive[unit] = 1;
    const [inner] = invertedBottleneckGroups(candidateName(index, 0, space.operations[unit]!));
    if (block.inside !== undefined) masks.filters[inner]!.fill(0, block.inside);
  });
  return networkOf(buildPlan(space, masks, endCell, stage), masks);
}

function checkWidths({ stem, first, head, layers, imageChannels }: ChainStructure): void {
  if (imageChannels > 4)
    throw new ArchitectureError(`images of ${imageChannels} channels; 1 to 4 are supported`);
  if (layers.length === 0) throw new ArchitectureError('there is no layer behind the first block');
  for (const width of [stem, first, head, ...layers.map(({ channels }) => channels)])
    if (width < 1 || width > mostWidth)
      throw new ArchitectureError(`a width of ${width}; 1 to ${mostWidth} are supported`);
}

/** ProxylessNAS's candidates and all that are used, by kernel and expansion; three stages where there are layers for them. */
function tableOf({ stem, stemStride, first, head, layers }: ChainStructure): MobileTable {
  const used = new Set([
    ...allCandidates.map(mbconvName),
    ...layers.flatMap(({ block }) => (block ? [mbconvName(block)] : [])),
  ]);
  const groups: { channels: number; layers: number; stride: 1 | 2 }[] = [];
  for (const { channels, stride } of layers) {
    const last = groups.at(-1);
    if (last?.channels === channels && stride === 1 && last.layers < mostGroupLayers) last.layers++;
    else groups.push({ channels, stride, layers: 1 });
  }
  const stages = Math.min(3, layers.length);
  const ends = Array.from({ length: stages + 1 }, (_, s) =>
    Math.floor((s * layers.length) / stages),
  );
  return {
    ...{ stem, stemStride, first, head, groups },
    stageLayers: ends.slice(1).map((end, s) => end - ends[s]!),
    candidates: mbconvs.filter(({ name }) => used.has(name)).map(({ shape }) => shape),
  };
}

/** Those of the paper, with the structure's space: an import has no search behind it. */
function settingsOf(structure: ChainStructure) {
  const settings = mobilePresets['mobile-paper'];
  const space: MobileSettings = { ...tableOf(structure), id: 'mobile' };
  const { imageSize } = structure;
  const cropPadding = Math.round(imageSize / 8);
  return { ...settings, space, data: { ...settings.data, imageSize, cropPadding } };
}

export const chainName = ({ origin, layers, imageSize }: ChainStructure): string =>
  `${origin.name}, ${layers.filter(({ block }) => block).length} of ${layers.length} layers, ${imageSize} pixels`;
