/** A model card in Markdown: what the network is, how large, how good, and how to repeat it. */
import { sizeOf } from '../size.ts';
import type { Architecture } from '../schema.ts';
import { mobilePresets } from '../../settings/mobile-presets.ts';
import { spaceOf } from '../../spaces/registry.ts';
import { defaultSpace } from '../../spaces/settings.ts';

/** What a training from scratch adds. */
export interface CardTraining {
  readonly test: { readonly accuracy: number; readonly loss: number; readonly images: number };
  readonly settings: {
    readonly epochs: number;
    readonly batchSize: number;
    readonly seed: number;
    readonly widen?: number;
    readonly data: { readonly trainImages: number; readonly cutout: number };
    readonly optimizer: {
      readonly rate: number;
      readonly momentum: number;
      readonly decay: number;
    };
    readonly regularization: { readonly dropPath: number; readonly auxiliary: number };
  };
  readonly backend: string;
}

const n = (value: number): string => value.toLocaleString('en-US');
const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

export function modelCardMarkdown(
  architecture: Architecture,
  training: CardTraining | null = null,
): string {
  const { dataset, origin, parameters, macs, bytes } = { ...architecture, ...sizeOf(architecture) };
  const title = origin?.name ?? `MGAS network for ${dataset.name}`;
  const sections = [
    `# ${markdown(title)}`,
    origin
      ? `Imported by MGAS Lab ${architecture.engineVersion}${origin.source ? `; source: ${markdown(origin.source)}` : ''}.`
      : `Found by multi-granularity architecture search (MGAS, arXiv 2310.15074) with MGAS Lab ${architecture.engineVersion}.`,
    `## Use\n\nClassifies images of ${dataset.imageSize} x ${dataset.imageSize} x ${dataset.imageChannels} into ${dataset.classes} classes: ${dataset.classNames.map(markdown).join(', ')}.`,
    `## Size\n\n${table([
      ['Parameters', n(parameters.dense)],
      ['Not masked', n(parameters.nonZero)],
      ['Multiply-accumulates per image', n(macs.dense)],
      ['Of non-zero weights', n(macs.sparse)],
      ['Bytes, 32-bit floats', n(bytes.dense)],
      ['Bytes with bitmap masks', n(bytes.withBitmap)],
    ])}`,
    `## Accuracy\n\n${accuracy(architecture, training)}`,
    `## Search\n\n${search(architecture)}`,
    ...(training ? [`## Training\n\n${trainingTable(training)}`] : []),
    `## Repeat\n\n${repeat(architecture, training)}`,
    '## Limits\n\nThe accuracy is of one seed and one test set. Results on other kinds of images, or on groups of people or places in them, are unknown. Masked weights save storage and arithmetic only in programs that exploit them.',
  ];
  return `${sections.join('\n\n')}\n`;
}

/** Names are data: they must not become headings or links. */
const markdown = (text: string): string => text.replace(/[\\`*_[\]<>#|]/g, (char) => `\\${char}`);

const table = (rows: readonly (readonly [string, string])[]): string =>
  ['| | |', '| --- | --- |', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join('\n');

function accuracy(
  { validationAccuracy, dataset }: Architecture,
  training: CardTraining | null,
): string {
  if (training) {
    const { accuracy: share, loss, images } = training.test;
    // 95 %, normal approximation of a binomial share.
    const margin = 1.96 * Math.sqrt((share * (1 - share)) / Math.max(images, 1));
    return `${percent(share)} of ${n(images)} test images of ${markdown(dataset.name)}, trained from scratch (95% interval: ±${(100 * margin).toFixed(2)} points); cross-entropy ${loss.toFixed(3)}.`;
  }
  return validationAccuracy === null
    ? 'Not measured: the network has not been trained here.'
    : `${percent(validationAccuracy)} of held-out training images in the search, with its weights. Not trained from scratch yet.`;
}

function search({ origin, settings, targetReached, steps }: Architecture): string {
  if (origin) return 'Not trained in this lab: the architecture was imported.';
  const { space, granularities, targetParameters, seed, batchSize } = settings;
  const levels = Object.entries(granularities).flatMap(([level, on]) => (on ? [`${level}s`] : []));
  return table([
    ['Seed', String(seed)],
    ['Space', spaceOf(space).summary(space)],
    ['Pruned', levels.join(', ')],
    ['Target', `${n(targetParameters)} parameters, ${targetReached ? 'met' : 'not met'}`],
    ['Steps', `${n(steps)} of ${batchSize} images`],
  ]);
}

function trainingTable({ settings, backend }: CardTraining): string {
  const { epochs, batchSize, seed, data, optimizer, regularization } = settings;
  return table([
    [
      'Epochs',
      `${epochs} of ${data.trainImages === 0 ? 'all' : n(data.trainImages)} training images, batches of ${batchSize}`,
    ],
    [
      'Learning rate',
      `${optimizer.rate}, half a cosine to 0; momentum ${optimizer.momentum}, decay ${optimizer.decay}`,
    ],
    [
      'Cutout, drop-path, auxiliary head',
      `${data.cutout}, ${regularization.dropPath}, ${regularization.auxiliary}`,
    ],
    ['Seed', String(seed)],
    ['Backend', backend],
  ]);
}

function repeat(
  { origin, settings, dataset }: Architecture,
  training: CardTraining | null,
): string {
  const data = `--dataset ${/^[\w.-]+$/.test(dataset.name) ? dataset.name : 'PATH'}`;
  const lines = origin
    ? ['npm run -s import -- FILE --out arch.json']
    : [
        `npm run -s search -- ${data} ${presetOf(settings)} --seed ${settings.seed} --target-params ${settings.targetParameters} ${differingSettings(settings)} --out arch.json`.replace(
          / {2,}/g,
          ' ',
        ),
      ];
  const { epochs, seed, batchSize } = training?.settings ?? {};
  const retrain = training ? ` --epochs ${epochs} --seed ${seed} --batch-size ${batchSize}` : '';
  return `\`\`\`sh\n${[...lines, `npm run -s retrain -- arch.json ${data}${retrain} --out trained.json`].join('\n')}\n\`\`\``;
}

/** Settings of a space are set from a preset of it; that of cells is the shell's default. */
function presetOf({ space }: Architecture['settings']): string {
  const { id = defaultSpace } = space;
  const [preset] = Object.entries(mobilePresets).find(([, own]) => own.space.id === id) ?? [];
  return preset === undefined ? '' : `--preset ${preset}`;
}

/** Every setting that the shell can set, so that no preset need be known. */
function differingSettings(settings: Architecture['settings']): string {
  const paths = (value: object, path: string): string[] =>
    Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
      const here = path ? `${path}.${key}` : key;
      if (here === 'seed' || here === 'targetParameters') return [];
      if (typeof inner === 'object' && inner !== null && !Array.isArray(inner))
        return paths(inner, here);
      return [`--set '${here}=${JSON.stringify(inner)}'`];
    });
  return paths(settings, '').join(' ');
}
