/** Settings to start a search of the MobileNet-like space from (docs/scaling.md). */
import { mobileSizes } from '../spaces/mobile-table.ts';
import type { MobileSettings } from '../spaces/mobile-table.ts';
import { cellPresets } from './cell-presets.ts';
import type { SearchSettings } from './schema.ts';

export type MobileSearchSettings = SearchSettings & { space: MobileSettings };

const { tiny, demo, paper } = cellPresets;

export const mobilePresets = {
  'mobile-tiny': {
    ...tiny,
    space: mobileSizes['mobile-tiny'],
    data: { ...tiny.data, imageSize: 12, trainImages: 600, stepsPerEpoch: 0 },
    joint: { ...tiny.joint, weightFactor: 1 },
    targetParameters: 4_000,
    regularizer: { ...tiny.regularizer, lambda0: 6e-4 },
  },
  'mobile-demo': {
    ...demo,
    space: mobileSizes['mobile-demo'],
    data: { ...demo.data, imageSize: 32, cropPadding: 4 },
    targetParameters: 60_000,
  },
  'mobile-paper': {
    ...paper,
    space: mobileSizes['mobile-paper'],
    // As ImageNet is augmented in this field: torchvision's random resized crop and flip.
    data: {
      ...paper.data,
      ...{ imageSize: 224, cropPadding: 0, cutout: 0, autoAugment: false },
      randomResizedCrop: true,
    },
    targetParameters: 4_000_000,
  },
} satisfies Record<string, MobileSearchSettings>;
