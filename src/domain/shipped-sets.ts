/** The data sets that come with the lab: the page knows their sizes before any worker has read them. */
export interface ShippedSet {
  /** Its name in runs and results. */
  readonly name: string;
  readonly title: string;
  /** Images. */
  readonly train: number;
  readonly test: number;
  /** Pixels a side. */
  readonly size: number;
  readonly channels: number;
  readonly classes: number;
}

const fashionMnist = { name: 'fashion-mnist', test: 10_000, size: 28, channels: 1, classes: 10 };

export const shippedSets = {
  /** Part of the repository. */
  'fashion-mnist': { ...fashionMnist, title: 'Fashion-MNIST', train: 12_000 },
  /** Set up by `npm run fashion-mnist`. */
  'fashion-mnist-full': {
    ...fashionMnist,
    title: 'Fashion-MNIST, all 60,000',
    train: 60_000,
  },
} as const satisfies Readonly<Record<string, ShippedSet>>;

export type ShippedSetId = keyof typeof shippedSets;

export const isShipped = (id: string): id is ShippedSetId => Object.hasOwn(shippedSets, id);
