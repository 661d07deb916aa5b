/** Data sets as they are shown: the list, the figures of one, some of its images, and images as a search would see them. */
import { bytesAsTheyAre, croppedSquare, writeAugmented } from '../src/datasets/augment.ts';
import { DatasetError, type Dataset } from '../src/datasets/dataset.ts';
import { resizeImages } from '../src/datasets/resize.ts';
import { summarize } from '../src/datasets/stored.ts';
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
import { loadSource } from './load-source.ts';
import { Refusal } from './refusal.ts';

/** What stands for the mean in a preview. */
const middleGray = 128;

export class SetImages {
  private store: Promise<DatasetStore> | null = null;
  /** The set shipped with the lab, once it was asked for. */
  private readonly shipped = new Map<string, Promise<Dataset>>();

  async list(): Promise<ListedDataset[]> {
    return (await (await this.openStore()).list()).map(listed);
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

  private loadShipped(source: Extract<DatasetSource, { kind: 'fashion-mnist' }>): Promise<Dataset> {
    const key = String(source.full ?? false);
    const loading = this.shipped.get(key) ?? loadSource(source);
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
    if (source.kind === 'stored') return listed(await this.stored(source.id));
    const dataset = await this.loadShipped(source);
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
      const { size, channels, [split]: part } = await this.loadShipped(source);
      const imageBytes = size * size * channels;
      const read = (numbers: readonly number[]) =>
        Promise.resolve(
          gather(numbers, imageBytes, (image) =>
            part.images.subarray(image * imageBytes, (image + 1) * imageBytes),
          ),
        );
      return { labels: part.labels, size, channels, read };
    }
    const set = await this.stored(source.id);
    const store = await this.openStore();
    const { size, channels, chunkImages } = set;
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
    return { labels: set.labels[split], size, channels, read };
  }

  /** The first images of the training part, each as it is and as the first epochs of a search would see it. */
  async preview({
    source,
    settings: { seed, data },
    images: count,
    epochs,
  }: PreviewRequest): Promise<Preview> {
    const { labels, size, channels, read } = await this.reader(source, 'train');
    const numbers = Array.from({ length: Math.min(count, labels.length) }, (_, image) => image);
    const target = data.imageSize;
    const originals = await read(numbers);
    const resized = resizeImages(originals, size, channels, target);
    const imageBytes = target * target * channels;
    const sourceBytes = size * size * channels;
    // Not normalized: these are to be looked at.
    const levels = bytesAsTheyAre(channels);
    const seen = new Float32Array(imageBytes);
    const place = { size: target, channels, levels, target: seen, offset: 0, blank: middleGray };
    const result = new Uint8Array(numbers.length * (epochs + 1) * imageBytes);
    let offset = 0;
    for (const image of numbers) {
      const bytes = resized.subarray(image * imageBytes, (image + 1) * imageBytes);
      const original = originals.subarray(image * sourceBytes, (image + 1) * sourceBytes);
      result.set(bytes, offset);
      offset += imageBytes;
      for (let epoch = 0; epoch < epochs; epoch++, offset += imageBytes) {
        const keys = [seed, epoch, image] as const;
        const square = data.randomResizedCrop
          ? croppedSquare(original, size, { size: target, channels }, data, keys)
          : bytes;
        writeAugmented(square, data, keys, place);
        result.set(seen, offset);
      }
    }
    return {
      size: target,
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

/** Without what only a reader of images needs. */
function listed({ labels: _labels, chunkImages: _chunkImages, ...summary }: StoredDataset) {
  return summary;
}
