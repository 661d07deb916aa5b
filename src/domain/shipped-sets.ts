/** The data sets that come with the lab: the page knows their sizes before any worker has read them. */
export interface ShippedSet {
  /** Its name in runs and results. */
  readonly name: string;
  readonly title: string;
  /** Images. */
  readonly train: number;
  readonly test: number;
}

export const shippedSets = {
  /** Part of the repository. */
  'fashion-mnist': { name: 'fashion-mnist', title: 'Fashion-MNIST', train: 12_000, test: 10_000 },
  /** Set up by `npm run fashion-mnist`. */
  'fashion-mnist-full': {
    name: 'fashion-mnist',
    title: 'Fashion-MNIST, all 60,000',
    train: 60_000,
    test: 10_000,
  },
} as const satisfies Readonly<Record<string, ShippedSet>>;

export type ShippedSetId = keyof typeof shippedSets;

export const isShipped = (id: string): id is ShippedSetId => Object.hasOwn(shippedSets, id);
