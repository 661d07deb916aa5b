/** What each setting is called, means and is measured in. The schema says what is valid; this says how to ask. */

export interface Field {
  /** Dotted path into SearchSettings. */
  path: string;
  label: string;
  unit?: string;
  meaning: string;
  kind: 'integer' | 'number' | 'switch' | 'operations';
}

export interface FieldGroup {
  title: string;
  summary: string;
  /** Folded at first: few people need it. */
  advanced: boolean;
  fields: readonly Field[];
}

const integer = (path: string, label: string, meaning: string, unit?: string): Field => ({
  path,
  label,
  meaning,
  kind: 'integer',
  unit,
});
const number = (path: string, label: string, meaning: string, unit?: string): Field => ({
  path,
  label,
  meaning,
  kind: 'number',
  unit,
});
const toggle = (path: string, label: string, meaning: string): Field => ({
  path,
  label,
  meaning,
  kind: 'switch',
});

export const fieldGroups: readonly FieldGroup[] = [
  {
    title: 'Goal',
    summary: 'How small, and by which levels',
    advanced: false,
    fields: [
      integer(
        'targetParameters',
        'Target size',
        'Most parameters, counted alive, that the discovered network may have.',
        'parameters',
      ),
      toggle(
        'granularities.operation',
        'Prune operations',
        'Whole candidate operations, by their learned importance.',
      ),
      toggle(
        'granularities.filter',
        'Prune filters',
        'Output channels of convolutions, by their learned gates.',
      ),
      toggle('granularities.weight', 'Prune weights', 'Single weights, by their magnitude.'),
      integer('seed', 'Seed', 'Same seed on the same backend: same architecture.'),
    ],
  },
  {
    title: 'Super-net',
    summary: 'The space that is searched',
    advanced: false,
    fields: [
      integer(
        'space.cells',
        'Cells',
        'Cells of the super-net, split evenly over the stages.',
        'cells',
      ),
      integer(
        'space.nodes',
        'Nodes',
        'Intermediate nodes of a cell; each sums its incoming edges.',
        'per cell',
      ),
      integer(
        'space.channels',
        'Channels',
        'Filters in the first stage; doubled at every reduction.',
        'filters',
      ),
      integer(
        'space.stages',
        'Stages',
        'More stages need less memory. Each after the first halves the image.',
        'stages',
      ),
      integer(
        'space.stemMultiplier',
        'Stem width',
        'Filters of the stem, as a multiple of the channels.',
        '\u00d7 channels',
      ),
      {
        path: 'space.operations',
        label: 'Candidate operations',
        meaning: 'What every edge can choose from.',
        kind: 'operations',
      },
    ],
  },
  {
    title: 'Images',
    summary: 'What it is searched on',
    advanced: false,
    fields: [
      integer(
        'data.imageSize',
        'Image size',
        'Images are resized to this; Fashion-MNIST has 28, CIFAR-10 has 32.',
        'pixels a side',
      ),
      integer(
        'data.trainImages',
        'Images used',
        'Drawn evenly over the classes; 0 takes all there are.',
        'images',
      ),
      number(
        'data.validationFraction',
        'Held out',
        'Share of them kept aside to measure accuracy.',
        '0\u20131',
      ),
      integer('batchSize', 'Batch size', 'Images a step.', 'images'),
      integer(
        'data.cropPadding',
        'Crop padding',
        'Random crops from an image padded by this; 0 = none.',
        'pixels',
      ),
      toggle('data.flip', 'Flip', 'Mirrors half of the training images.'),
      integer(
        'data.cutout',
        'Cutout',
        'Blanks a square of this side at a random place of each training image; 0 = none.',
        'pixels',
      ),
    ],
  },
  {
    title: 'Rhythm of a stage',
    summary: 'Warm-up, commits, when a stage ends',
    advanced: true,
    fields: [
      integer(
        'stage.warmUpEpochs',
        'Warm-up',
        'Epochs at a stage\u2019s start in which only weights train.',
        'epochs',
      ),
      integer(
        'stage.commitEvery',
        'Commit every',
        'Pruned units are removed for good, and memory freed, this often.',
        'epochs',
      ),
      integer(
        'stage.maxEpochs',
        'Longest stage',
        'Upper limit of a stage, warm-up included.',
        'epochs',
      ),
      number(
        'stage.endShare',
        'End share',
        'A stage ends once this share of its first parameters is left.',
        '0\u20131',
      ),
      integer(
        'stage.patience',
        'Patience',
        'A stage also ends after so many rounds that pruned nothing.',
        'rounds',
      ),
      integer(
        'joint.warmUpEpochs',
        'Joint warm-up',
        'Warm-up of the last stage, over all cells.',
        'epochs',
      ),
      integer(
        'joint.maxEpochs',
        'Longest joint stage',
        'Upper limit of the last stage, which prunes down to the target.',
        'epochs',
      ),
    ],
  },
  {
    title: 'Re-evaluation',
    summary: 'Second thoughts on what was pruned',
    advanced: true,
    fields: [
      toggle(
        'reevaluation.reprune',
        'Re-prune',
        'Earlier stages stay open to pruning while later ones train.',
      ),
      number(
        'reevaluation.regrowShare',
        'Regrow share',
        'Operations brought back after a stage, as a share of those it pruned.',
        '0\u20131',
      ),
      integer(
        'reevaluation.scoringEpochs',
        'Scoring',
        'Epochs with frozen masks that score operations before regrowth.',
        'epochs',
      ),
    ],
  },
  {
    title: 'Pressure to be small',
    summary: 'The adaptive regularizer',
    advanced: true,
    fields: [
      number(
        'regularizer.lambda0',
        'First step of lambda',
        'Lambda starts at 0 and grows in steps of this.',
      ),
      number(
        'regularizer.c0',
        'Growth factor',
        'Lambda\u2019s step grows by its square, and lambda shrinks by it.',
        '\u00d7',
      ),
      number(
        'regularizer.mu',
        'Parameter awareness',
        'Weighs operations by their parameters; 0 = all alike.',
      ),
      number(
        'regularizer.fewPruned',
        'Few pruned',
        'Lambda grows faster when a round prunes less than this share.',
        '0\u20131',
      ),
      number(
        'regularizer.manyPruned',
        'Many pruned',
        'Lambda shrinks when a round prunes at least this share.',
        '0\u20131',
      ),
    ],
  },
  {
    title: 'Learning rates',
    summary: 'SGD with momentum, one rate a kind of parameter',
    advanced: true,
    fields: [
      number('optimizers.weights.rate', 'Weights', 'Learning rate of the weights.', 'per step'),
      number('optimizers.weights.decay', 'Weight decay', 'Pulls weights towards zero.'),
      number(
        'optimizers.weights.clipNorm',
        'Gradient clip',
        'Largest norm of the weights\u2019 gradient; 0 = no clipping.',
      ),
      number(
        'optimizers.importances.rate',
        'Importances',
        'Learning rate of operation importances.',
        'per step',
      ),
      number('optimizers.gates.rate', 'Filter gates', 'Learning rate of filter gates.', 'per step'),
      number(
        'optimizers.thresholds.rate',
        'Thresholds',
        'Learning rate of operation and filter thresholds.',
        'per step',
      ),
      number(
        'optimizers.weightThresholds.rate',
        'Weight thresholds',
        'Learning rate of weight thresholds.',
        'per step',
      ),
      number(
        'optimizers.momentum',
        'Momentum',
        'Share of the last update kept in the next.',
        '0\u20131',
      ),
      integer(
        'reportEvery',
        'Report every',
        'Steps between two readings from the device.',
        'steps',
      ),
    ],
  },
];

export const fieldOf: ReadonlyMap<string, Field> = new Map(
  [
    ...fieldGroups.flatMap(({ fields }) => fields),
    { path: 'granularities', label: 'Levels', meaning: '', kind: 'switch' } as const,
  ].map((field) => [field.path, field]),
);
