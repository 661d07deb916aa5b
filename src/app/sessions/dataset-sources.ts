/** Data sets as a search takes them: where each lies, what it is called, how many images it has. */
import { isShipped, shippedSets } from '../../domain/shipped-sets.ts';
import { datasets } from './datasets-state.ts';
import type { DatasetChoice, DatasetsState } from './datasets-state.ts';
import type { DatasetSource } from '../../protocol/messages.ts';
import type { ListedDataset } from '../../protocol/data-messages.ts';

/** Set up by `npm run fashion-mnist`: known when the page is built. */
declare const __FULL_FASHION_MNIST__: boolean | undefined;
export const hasFullFashionMnist =
  typeof __FULL_FASHION_MNIST__ !== 'undefined' && __FULL_FASHION_MNIST__;

export const embeddedSets: Readonly<Record<DatasetChoice, string>> = {
  'fashion-mnist': hasFullFashionMnist
    ? `${shippedSets['fashion-mnist'].title}, 12,000`
    : shippedSets['fashion-mnist'].title,
  ...(hasFullFashionMnist ? { 'fashion-mnist-full': shippedSets['fashion-mnist-full'].title } : {}),
};

export function sourceOf(choice: DatasetChoice): DatasetSource {
  const baseUrl = new URL('.', document.baseURI).href;
  if (choice === 'fashion-mnist') return { kind: 'fashion-mnist', baseUrl };
  return choice === 'fashion-mnist-full'
    ? { kind: 'fashion-mnist', baseUrl, full: true }
    : { kind: 'stored', id: choice };
}

/** The shipped set by where it is now, wherever it was when the source was noted. */
export function sourceNow(source: DatasetSource | null): DatasetSource {
  return source?.kind === 'stored'
    ? source
    : sourceOf(source?.full ? 'fashion-mnist-full' : 'fashion-mnist');
}

/** For sentences. */
export const chosenName = ({ choice, sets }: DatasetsState): string =>
  embeddedSets[choice] ?? sets?.find(({ id }) => id === choice)?.name ?? 'the stored set';

export interface SetImages {
  readonly name: string;
  readonly train: number;
  readonly test: number;
  readonly channels: number;
  readonly classes: number;
}

const counted = new WeakMap<ListedDataset, SetImages>();
const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);

/** Images of a set; null until the browser's store has been read. The same object for the same set. */
export function imagesOf(
  { sets }: Pick<DatasetsState, 'sets'>,
  choice: DatasetChoice,
): SetImages | null {
  if (isShipped(choice)) return shippedSets[choice];
  const set = sets?.find(({ id }) => id === choice);
  if (!set) return null;
  const known = counted.get(set) ?? {
    name: set.name,
    train: sum(set.train),
    test: sum(set.test),
    channels: set.channels,
    classes: set.classNames.length,
  };
  counted.set(set, known);
  return known;
}

/** Of the set that Start takes. */
export const chosenImages = (state: DatasetsState): SetImages | null =>
  imagesOf(state, state.choice);

/** A set's name as its runs are labelled. */
export function nameOfSource(source: DatasetSource): string {
  if (source.kind !== 'stored') return shippedSets[source.kind].name;
  const { sets } = datasets.getState();
  return sets?.find(({ id }) => id === source.id)?.name ?? source.id;
}

/** A data set's own name as it is read. */
export const dataSetLabel = (name: string): string =>
  name === 'fashion-mnist' ? 'Fashion-MNIST' : name;

/** What Start takes. */
export const chosenSource = (): DatasetSource => sourceOf(datasets.getState().choice);
