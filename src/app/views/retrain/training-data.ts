/** Which data sets an architecture can be trained on, and which is its own. Pure. */
import type { Architecture } from '../../../domain/architecture/schema.ts';
import { shippedSets } from '../../../domain/shipped-sets.ts';
import type { ListedDataset } from '../../../protocol/data-messages.ts';
import type { DatasetSource } from '../../../protocol/messages.ts';

export interface TrainingSet {
  /** As the lab's choice of a data set has it. */
  readonly id: string;
  /** As runs and architectures call it. */
  readonly name: string;
  readonly title: string;
  readonly train: number;
  readonly test: number;
  readonly channels: number;
  readonly classes: number;
}

const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);

/** @param shipped ids of the sets that come with the lab, as far as they are set up. */
export function trainingSets(
  shipped: readonly string[],
  stored: readonly ListedDataset[],
): TrainingSet[] {
  return [
    ...Object.entries(shippedSets).flatMap(([id, set]) =>
      shipped.includes(id) ? [{ id, ...set }] : [],
    ),
    ...stored.map(({ id, name, train, test, channels, classNames }) => ({
      ...{ id, name, title: name, channels, classes: classNames.length },
      ...{ train: sum(train), test: sum(test) },
    })),
  ];
}

type Shape = Pick<Architecture['dataset'], 'imageChannels' | 'classes'>;

/** Why an architecture cannot be trained on a set; null = it can. Images of any size are resized to the network's. */
export function misfit(
  { imageChannels, classes }: Shape,
  set: Pick<TrainingSet, 'channels' | 'classes' | 'train' | 'test'>,
): string | null {
  if (set.channels !== imageChannels)
    return `${colors(set.channels)} images; the network takes ${colors(imageChannels)} ones`;
  if (set.classes !== classes) return `${set.classes} classes; the network has ${classes}`;
  if (set.train === 0 || set.test === 0) return 'no training or no test images';
  return null;
}

const colors = (channels: number): string =>
  channels === 1 ? 'gray' : channels === 3 ? 'colour' : `${channels}-channel`;

/**
 * The set that an architecture was searched on, if it is in this browser and fits.
 * @param source where the run's images came from; null where it is not known: then the name decides.
 */
export function ownSet(
  { name, ...shape }: Pick<Architecture['dataset'], 'name' | 'imageChannels' | 'classes'>,
  source: DatasetSource | null,
  sets: readonly TrainingSet[],
): TrainingSet | null {
  const fitting = sets.filter((set) => misfit(shape, set) === null);
  const id =
    source === null
      ? null
      : source.kind === 'stored'
        ? source.id
        : source.full
          ? 'fashion-mnist-full'
          : 'fashion-mnist';
  return fitting.find((set) => set.id === id) ?? fitting.find((set) => set.name === name) ?? null;
}
