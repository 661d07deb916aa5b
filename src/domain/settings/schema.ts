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
    'The same seed on the same backend gives the same architecture.',
  ),
  space: SpaceSettingsSchema,
  data: v.object({
    imageSize: setting(
      v.pipe(positiveInteger, v.minValue(4), v.maxValue(224)),
      'Image size',
      'Images are resized to this (area average); Fashion-MNIST has 28, CIFAR-10 has 32.',
      'pixels per side',
    ),
    trainImages: setting(
      nonNegativeInteger,
      'Images used',
      'Sampled evenly over the classes, then split into search and validation parts; 0 uses all images.',
      'images',
    ),
    validationFraction: setting(
      v.pipe(v.number(), v.minValue(0.02), v.maxValue(0.9)),
      'Held out',
      'Share of the images held out to measure validation accuracy.',
      share,
    ),
    validationImages: v.optional(
      setting(
        nonNegativeInteger,
        'Held out, up to',
        'Images that the search does not use are added to those held out, up to this number; 0 = none.',
        'images',
      ),
    ),
    stepsPerEpoch: v.optional(
      setting(
        nonNegativeInteger,
        'Steps per epoch, up to',
        'An epoch ends after this many steps; the next one draws other images. 0 = all images in every epoch.',
        'steps',
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
        'Blanks a square of this side at a random position in each training image; 0 = none.',
        'pixels',
      ),
    ),
    randomResizedCrop: v.optional(
      setting(
        v.boolean(),
        'Random resized crop',
        'Crops a random 8 to 100 % of the area of each training image, 3:4 to 4:3, and resizes it to the image size.',
      ),
    ),
    autoAugment: v.optional(
      setting(
        v.boolean(),
        'AutoAugment',
        'Moves and recolors each training image with the policy found for CIFAR-10.',
      ),
    ),
  }),
  batchSize: setting(
    v.pipe(positiveInteger, v.maxValue(4096)),
    'Batch size',
    'Images per step.',
    'images',
  ),
  targetParameters: setting(
    positiveInteger,
    'Target size',
    'Maximum number of active parameters of the discovered network.',
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
      'Share of the previous update kept in the next one.',
      share,
    ),
    weights: v.object({
      rate: setting(nonNegative, 'Weights', 'Learning rate of the weights.', 'per step'),
      decay: setting(nonNegative, 'Weight decay', 'L2 penalty: shrinks weights towards zero.'),
      clipNorm: setting(
        nonNegative,
        'Gradient clip',
        'Maximum norm of the gradient of the weights; 0 = no clipping.',
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
      'The increment of lambda grows by its square; lambda shrinks by it.',
      '\u00d7',
    ),
    mu: setting(
      nonNegative,
      'Parameter awareness',
      'Weights operations by their parameters, in millions; 0 = all equal.',
    ),
    softCount: v.optional(
      setting(
        v.boolean(),
        'Soft count',
        'Parameter awareness also acts on gates and on filter and weight thresholds; off: only on operations, as in earlier runs.',
      ),
    ),
    relativeMu: v.optional(
      setting(
        v.boolean(),
        'In mean operations',
        'Parameter awareness counts in units of the mean candidate size instead of millions; not in the paper.',
      ),
    ),
    // The paper's 24 and 48 of 8 x 14 x 7 candidates, as shares.
    fewPruned: setting(
      fraction,
      'Few pruned',
      'Lambda grows faster when a commit prunes less than this share of all candidates.',
      share,
    ),
    manyPruned: setting(
      fraction,
      'Many pruned',
      'Lambda shrinks when a commit prunes at least this share of all candidates.',
      share,
    ),
  }),
  stage: v.object({
    warmUpEpochs: setting(
      nonNegativeInteger,
      'Warm-up',
      'Epochs at the start of a stage in which only weights are trained.',
      'epochs',
    ),
    commitEvery: setting(
      positiveInteger,
      'Commit every',
      'Interval between commits, which remove pruned units and free memory.',
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
      'A stage ends when its parameters fall below this share of their initial count.',
      share,
    ),
    patience: setting(
      positiveInteger,
      'Patience',
      'A stage also ends after this many commits without pruning.',
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
    weightFactor: v.optional(
      setting(
        nonNegative,
        'Weights in the joint stage',
        'Multiplies the learning rate of the weights in the last stage, so that they settle; 1 in the paper.',
        '\u00d7',
      ),
    ),
  }),
  reevaluation: v.object({
    reprune: setting(
      v.boolean(),
      'Re-prune',
      'Earlier stages can be pruned again while later ones train.',
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
      'Epochs with frozen masks that collect gradients before a regrowth.',
      'epochs',
    ),
  }),
  halfFloats: v.optional(
    setting(
      v.boolean(),
      'Half floats',
      'Stores activations and their gradients as 16-bit floats: about half the memory. Needs a WebGPU device with shader-f16; sums, weights and updates stay 32-bit floats.',
    ),
  ),
  reportEvery: setting(
    positiveInteger,
    'Report every',
    'Training steps between two reads of the loss from the device.',
    'steps',
  ),
});
export type SearchSettings = v.InferOutput<typeof SearchSettingsSchema>;
