/** Data sets as they are shown: the list, the figures of one, some of its images, and images as a search would see them. */
import { DatasetError, type Dataset } from '../src/datasets/dataset.ts';
import { listedOf, summarize } from '../src/datasets/stored.ts';
import type { DatasetSummary, StoredDataset, StoredSplitName } from '../src/datasets/stored.ts';
import type { DatasetSource } from '../src/protocol/messages.ts';
import type {
  ImagesRequest,
  ListedDataset,
  Preview,
  PreviewRequest,
  SomeImages,
} from '../src/protocol/data-messages.ts';
import { DatasetStore } from '../src/storage/datasets.ts';
import { loadShipped } from './load-source.ts';
import { encodedDataset } from './load-files.ts';
import { previewOfFiles, previewOfPixels, squaresOf } from './preview-images.ts';
import { Refusal } from './refusal.ts';

export class SetImages {
  private store: Promise<DatasetStore> | null = null;
  /** The set shipped with the lab, once it was asked for. */
  private readonly shipped = new Map<string, Promise<Dataset>>();

  async list(): Promise<ListedDataset[]> {
    return (await (await this.openStore()).list()).map(listedOf);
  }

  async remove(id: string): Promise<void> {
    await (await this.openStore()).remove(id);
  }

  private openStore(): Promise<DatasetStore> {
    this.store ??= DatasetStore.open().catch((error: unknown) => {
      this.store = null;
      throw new Refusal(
        'no-store',
        `This browser does not allow this page to store data sets (${error instanceof Error ? error.message : String(error)}).`,
        'Leave the private window, or allow this page to store data.',
      );
    });
    return this.store;
  }

  private shippedSet(source: Extract<DatasetSource, { kind: 'fashion-mnist' }>): Promise<Dataset> {
    const key = String(source.full ?? false);
    const loading = this.shipped.get(key) ?? loadShipped(source);
    this.shipped.set(key, loading);
    loading.catch(() => this.shipped.delete(key));
    return loading;
  }

  private async stored(id: string): Promise<StoredDataset> {
    const set = await (await this.openStore()).get(id);
    if (!set) throw new DatasetError('This data set is not stored in this browser: add it again.');
    return set;
  }

  async summarize(source: DatasetSource): Promise<DatasetSummary> {
    if (source.kind === 'stored') return listedOf(await this.stored(source.id));
    const dataset = await this.shippedSet(source);
    return summarize({ dataset: { ...dataset, name: 'Fashion-MNIST' }, kind: 'idx', notes: [] });
  }

  async images({ source, split, label, first, count }: ImagesRequest): Promise<SomeImages> {
    const { labels, size, channels, read } = await this.reader(source, split);
    const wanted: number[] = [];
    let total = 0;
    labels.forEach((one, image) => {
      if (label !== null && one !== label) return;
      if (total >= first && wanted.length < count) wanted.push(image);
      total++;
    });
    return {
      size,
      channels,
      images: await read(wanted),
      labels: wanted.map((image) => labels[image]!),
      numbers: wanted,
      total,
    };
  }

  /** Reads single images: of a stored set, only the chunks that they lie in. */
  private async reader(source: DatasetSource, split: StoredSplitName) {
    if (source.kind === 'fashion-mnist') {
      const { size, channels, [split]: part } = await this.shippedSet(source);
      const imageBytes = size * size * channels;
      const read = (numbers: readonly number[]) =>
        Promise.resolve(
          gather(numbers, imageBytes, (image) =>
            part.images.subarray(image * imageBytes, (image + 1) * imageBytes),
          ),
        );
      return { labels: part.labels, size, channels, read, encoded: null };
    }
    const set = await this.stored(source.id);
    const store = await this.openStore();
    const { size, channels, chunkImages, files } = set;
    if (files) {
      const encoded = encodedDataset({ ...set, files }, () => this.openStore());
      const read = (numbers: readonly number[]) => squaresOf(encoded, split, numbers);
      return { labels: set.labels[split], size, channels, read, encoded };
    }
    const imageBytes = size * size * channels;
    const read = async (numbers: readonly number[]) => {
      const chunks = new Map<number, Uint8Array>();
      for (const index of new Set(numbers.map((image) => Math.floor(image / chunkImages)))) {
        const chunk = await store.chunk(set.id, split, index);
        if (!chunk)
          throw new DatasetError(
            `${set.name}: some of its images are missing in the browser's storage: delete the set and add it again.`,
          );
        chunks.set(index, chunk);
      }
      return gather(numbers, imageBytes, (image) => {
        const start = (image % chunkImages) * imageBytes;
        return chunks.get(Math.floor(image / chunkImages))!.subarray(start, start + imageBytes);
      });
    };
    return { labels: set.labels[split], size, channels, read, encoded: null };
  }

  /** The first images of the training part, each as it is and as the first epochs of a search would see it. */
  async preview({
    source,
    settings: { seed, data },
    images: count,
    epochs,
  }: PreviewRequest): Promise<Preview> {
    const { labels, size, channels, read, encoded } = await this.reader(source, 'train');
    const numbers = Array.from({ length: Math.min(count, labels.length) }, (_, image) => image);
    const form = { size: data.imageSize, channels };
    const result = encoded
      ? await previewOfFiles(encoded, numbers, form, { seed, data, epochs })
      : previewOfPixels(await read(numbers), size, numbers, form, { seed, data, epochs });
    return {
      size: form.size,
      channels,
      images: result,
      labels: numbers.map((image) => labels[image]!),
    };
  }
}

function gather(
  numbers: readonly number[],
  imageBytes: number,
  imageOf: (image: number) => Uint8Array,
): Uint8Array {
  const bytes = new Uint8Array(numbers.length * imageBytes);
  numbers.forEach((image, slot) => bytes.set(imageOf(image), slot * imageBytes));
  return bytes;
}
