/**
 * Every setting of a search, once: what it may be, what it is called, what it means and its unit. The form, the shell,
 * the restore of files and the table in docs/settings.md derive from it. `presets.ts` holds sets to start from,
 * `problems.ts` what settings demand of each other and of the images.
 * Over 250 lines: it is one list.
 */
import * as v from 'valibot';
import { SpaceSettingsSchema } from '../spaces/settings.ts';
import { fraction, nonNegative, nonNegativeInteger, positiveInteger, setting } from './setting.ts';

export type { SpaceSettings } from '../spaces/settings.ts';

const share = '0\u20131';

export const SearchSettingsSchema = v.object({
  seed: setting(
    v.pipe(nonNegativeInteger, v.maxValue(0xffffffff)),
    'Seed',
    'Same seed on the same backend: same architecture.',
  ),
  space: SpaceSettingsSchema,
  data: v.object({
    imageSize: setting(
      v.pipe(positiveInteger, v.minValue(4), v.maxValue(224)),
      'Image size',
      'Images are resized to this (area average); Fashion-MNIST has 28, CIFAR-10 has 32.',
      'pixels a side',
    ),
    trainImages: setting(
      nonNegativeInteger,
      'Images used',
      'Drawn evenly over the classes, then split into search and validation parts; 0 takes all there are.',
      'images',
    ),
    validationFraction: setting(
      v.pipe(v.number(), v.minValue(0.02), v.maxValue(0.9)),
      'Held out',
      'Share of the images kept aside to measure validation accuracy.',
      share,
    ),
    validationImages: v.optional(
      setting(
        nonNegativeInteger,
        'Held out, up to',
        'Images that the search does not use join those kept aside until these are so many; 0 = none.',
        'images',
      ),
    ),
    cropPadding: setting(
      nonNegativeInteger,
      'Crop padding',
      'Random crops from an image padded by this; 0 = none.',
      'pixels',
    ),
    flip: setting(v.boolean(), 'Flip', 'Mirrors half of the training images.'),
    cutout: v.optional(
      setting(
        nonNegativeInteger,
        'Cutout',
        'Blanks a square of this side at a random place of each training image; 0 = none.',
        'pixels',
      ),
    ),
    autoAugment: v.optional(
      setting(
        v.boolean(),
        'AutoAugment',
        'Moves and recolors each training image by the policy that was found for CIFAR-10.',
      ),
    ),
  }),
  batchSize: setting(
    v.pipe(positiveInteger, v.maxValue(4096)),
    'Batch size',
    'Images a step.',
    'images',
  ),
  targetParameters: setting(
    positiveInteger,
    'Target size',
    'Most parameters, counted alive, that the discovered network may have.',
    'parameters',
  ),
  granularities: v.object({
    operation: setting(
      v.boolean(),
      'Prune operations',
      'Whole candidate operations, by their learned importance.',
    ),
    filter: setting(
      v.boolean(),
      'Prune filters',
      'Output channels of convolutions, by their learned gates.',
    ),
    weight: setting(v.boolean(), 'Prune weights', 'Single weights, by their magnitude.'),
  }),
  optimizers: v.object({
    momentum: setting(
      v.pipe(v.number(), v.minValue(0), v.maxValue(0.999)),
      'Momentum',
      'Share of the last update kept in the next.',
      share,
    ),
    weights: v.object({
      rate: setting(nonNegative, 'Weights', 'Learning rate of the weights.', 'per step'),
      decay: setting(nonNegative, 'Weight decay', 'Pulls weights towards zero.'),
      clipNorm: setting(
        nonNegative,
        'Gradient clip',
        'Largest norm of the weights\u2019 gradient; 0 = no clipping.',
      ),
    }),
    importances: v.object({
      rate: setting(
        nonNegative,
        'Importances',
        'Learning rate of operation importances (alpha).',
        'per step',
      ),
    }),
    gates: v.object({
      rate: setting(nonNegative, 'Filter gates', 'Learning rate of filter gates.', 'per step'),
    }),
    thresholds: v.object({
      rate: setting(
        nonNegative,
        'Thresholds',
        'Learning rate of operation and filter thresholds.',
        'per step',
      ),
      filterFactor: v.optional(
        setting(
          nonNegative,
          'Filter thresholds',
          'Multiplies the learning rate for the thresholds of filters; 1 in the paper.',
          '\u00d7',
        ),
      ),
    }),
    weightThresholds: v.object({
      rate: setting(
        nonNegative,
        'Weight thresholds',
        'Learning rate of weight thresholds.',
        'per step',
      ),
      boundsAlike: v.optional(
        setting(
          v.boolean(),
          'Bounds alike',
          'All convolutions of an operation start within one bound, since one threshold judges their weights; not in the paper.',
        ),
      ),
    }),
  }),
  regularizer: v.object({
    lambda0: setting(
      nonNegative,
      'First step of lambda',
      'Lambda starts at 0 and grows in steps of this.',
    ),
    c0: setting(
      v.pipe(v.number(), v.minValue(1)),
      'Growth factor',
      'Lambda\u2019s step grows by its square, and lambda shrinks by it.',
      '\u00d7',
    ),
    mu: setting(
      nonNegative,
      'Parameter awareness',
      'Weighs operations by their parameters, in millions; 0 = all alike.',
    ),
    softCount: v.optional(
      setting(
        v.boolean(),
        'Soft count',
        'Parameter awareness moves gates, filter and weight thresholds too; off: operations alone, as in earlier runs.',
      ),
    ),
    relativeMu: v.optional(
      setting(
        v.boolean(),
        'In mean operations',
        'Parameter awareness counts in the mean size of a candidate operation instead of millions; not in the paper.',
      ),
    ),
    // The paper's 24 and 48 of 8 x 14 x 7 candidates, as shares.
    fewPruned: setting(
      fraction,
      'Few pruned',
      'Lambda grows faster when a round prunes less than this share of all candidates.',
      share,
    ),
    manyPruned: setting(
      fraction,
      'Many pruned',
      'Lambda shrinks when a round prunes at least this share of all candidates.',
      share,
    ),
  }),
  stage: v.object({
    warmUpEpochs: setting(
      nonNegativeInteger,
      'Warm-up',
      'Epochs at a stage\u2019s start in which only weights train.',
      'epochs',
    ),
    commitEvery: setting(
      positiveInteger,
      'Commit every',
      'Masks are committed this often: pruned units are removed, and memory is freed.',
      'epochs',
    ),
    maxEpochs: setting(
      positiveInteger,
      'Max epochs per stage',
      'Upper limit of a stage, warm-up included.',
      'epochs',
    ),
    endShare: setting(
      fraction,
      'End share',
      'A stage ends when its parameters fall under this share of their initial count.',
      share,
    ),
    patience: setting(
      positiveInteger,
      'Patience',
      'A stage also ends after so many rounds that pruned nothing.',
      'rounds',
    ),
  }),
  joint: v.object({
    warmUpEpochs: setting(
      nonNegativeInteger,
      'Joint warm-up',
      'Warm-up of the last stage, over all cells.',
      'epochs',
    ),
    maxEpochs: setting(
      positiveInteger,
      'Max epochs of the joint stage',
      'Upper limit of the last stage, which prunes down to the target.',
      'epochs',
    ),
  }),
  reevaluation: v.object({
    reprune: setting(
      v.boolean(),
      'Re-prune',
      'Earlier stages stay open to pruning while later ones train.',
    ),
    regrowShare: setting(
      fraction,
      'Regrow share',
      'Operations regrown after a stage, as a share of those it pruned.',
      share,
    ),
    scoringEpochs: setting(
      positiveInteger,
      'Scoring',
      'Epochs with frozen masks that gather gradients before a regrowth.',
      'epochs',
    ),
  }),
  reportEvery: setting(
    positiveInteger,
    'Report every',
    'Steps between two readings of the loss from the device.',
    'steps',
  ),
});
export type SearchSettings = v.InferOutput<typeof SearchSettingsSchema>;
