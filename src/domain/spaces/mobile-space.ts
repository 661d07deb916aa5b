/** The MobileNet-like search space (ProxylessNAS, arXiv 1812.00332): a chain of layers, each a sum of blocks. */
import { checkLayers, spaceOfLayers, unitsOfLayers } from './mobile-architecture.ts';
import { buildChain, chainFilterGroups, chainFilterWidth } from './mobile-graph.ts';
import {
  fittedStages,
  MobileSettingsSchema,
  mobileStageEnds,
  mobileTableProblems,
  mostWidth,
} from './mobile-table.ts';
import type { MobileSettings } from './mobile-table.ts';
import { createMobileSpace, layerInput, layerOutput, layoutMobile } from './mobile.ts';
import type { Space } from './space.ts';

export const mobile: Space<MobileSettings> = {
  id: 'mobile',
  label: 'Chain (MobileNet)',
  schema: MobileSettingsSchema,
  problems: mobileProblems,
  layout: layoutMobile,
  create: createMobileSpace,
  formerStageEnds: mobileStageEnds,
  edgePlace: () => ({ from: layerInput, to: layerOutput }),
  stateName: (state) => (state === layerInput ? 'input' : 'output'),
  words: {
    ...({ part: 'layer', parts: 'layers', sum: 'layer', group: 'group' } as const),
    describe: ({ group, reduction, shortcut, channels, size }) =>
      `group ${group + 1}${reduction ? ', stride 2' : ''}, ${channels} channels, ${size}\u00d7${size} pixels, ${shortcut ? 'shortcut' : 'no shortcut'}`,
    filters: (unit, part) =>
      unit === null ? 'Filters of the head' : part === 0 ? 'Expanded channels' : 'Output filters',
    ownFilters: () => 'head',
    ownFiltersTitle: 'Head',
    filterRows: 'upper row expanded channels, lower row output filters',
  },
  filterWidth: chainFilterWidth,
  follow: (settings, changed) =>
    changed === 'groups' ? { ...settings, stageLayers: fittedStages(settings) } : settings,
  summary: ({ groups, candidates }) =>
    `${groups.reduce((sum, { layers }) => sum + layers, 0)} layers of ${groups.map(({ channels }) => channels).join(', ')} channels, ${candidates.map(({ kernel, expansion }) => `${kernel}\u00d7${kernel} e${expansion}`).join(', ')}`,
  inOneStage: (settings) => ({
    ...settings,
    stageLayers: [settings.stageLayers.reduce((sum, layers) => sum + layers, 0)],
  }),
  widened: (settings, factor) => ({
    ...settings,
    stem: settings.stem * factor,
    first: settings.first * factor,
    head: settings.head * factor,
    groups: settings.groups.map((group) => ({ ...group, channels: group.channels * factor })),
  }),
  channels: ({ stem, first, head, groups }) => ({
    now: Math.max(stem, first, head, ...groups.map(({ channels }) => channels)),
    most: mostWidth,
  }),
  filterGroups: chainFilterGroups,
  emit: buildChain,
  read: (architecture) => {
    const space = spaceOfLayers(architecture);
    return { space, units: unitsOfLayers(architecture, space) };
  },
  check: checkLayers,
};

function* mobileProblems(settings: MobileSettings, imageSize: number) {
  for (const { path, message } of mobileTableProblems(settings))
    yield { path: `space.${path}`, message: `${message}.` };
  const halvings = [settings.stemStride, ...settings.groups.map(({ stride }) => stride)];
  const factor = halvings.reduce<number>((product, stride) => product * stride, 1);
  if (imageSize / factor < 2)
    yield {
      path: 'space.groups',
      message: `the strides make the image ${factor} times smaller, and ${imageSize} pixels end below 2; use fewer strides of 2 or larger images.`,
    };
}
