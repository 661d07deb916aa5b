/** Answers the page about data sets: reads and stores them, shows some of their images, previews augmentation. */
import { autoAugment } from '../src/datasets/auto-augment.ts';
import { cutOut, drawAugmentation, writeImage } from '../src/datasets/augment.ts';
import { DatasetError, type Dataset } from '../src/datasets/dataset.ts';
import { openDataset, PickError, type Opened } from '../src/datasets/files/read-dataset.ts';
import type { SourceFile } from '../src/datasets/files/source.ts';
import { outlineSentence } from '../src/datasets/outline.ts';
import { resizeImages } from '../src/datasets/resize.ts';
import { summarize } from '../src/datasets/stored.ts';
import type { DatasetSummary, StoredDataset, StoredSplitName } from '../src/datasets/stored.ts';
import type { DatasetSource } from '../src/protocol/messages.ts';
import type {
  DataContract,
  DataPayload,
  FilesLook,
  ImagesRequest,
  ImportFile,
  ImportOptions,
  Preview,
  PreviewRequest,
  Progress,
  SomeImages,
  Unreadable,
} from '../src/protocol/data-messages.ts';
import type { Handlers } from '../src/protocol/serve.ts';
import { DatasetStore } from '../src/storage/datasets.ts';
import { importDataset } from './data-import.ts';
import { decodeImage } from './decode-image.ts';
import { loadSource } from './load-source.ts';
import { Refusal } from './refusal.ts';

interface Running {
  controller: AbortController;
  /** Settles the question about unreadable images, while it is asked. */
  answer: ((skip: boolean) => void) | null;
}

interface Session {
  controller: AbortController;
  opened: Opened;
}

/** Images of a first look. */
const samplesShown = 24;
/** What stands for the mean in a preview. */
const middleGray = 128;
/** Messages about progress, milliseconds apart at least. */
const progressEvery = 100;

export class DataHost {
  private running: Running | null = null;
  /** The files looked at last. */
  private session: Session | null = null;
  private tell: (progress: Progress) => void = () => {};
  private store: Promise<DatasetStore> | null = null;
  /** The set shipped with the lab, once it was asked for. */
  private readonly shipped = new Map<string, Promise<Dataset>>();

  constructor(private readonly emit: (event: DataContract['event']) => void) {}

  readonly handlers: Handlers<DataContract> = {
    list: async () => (await (await this.openStore()).list()).map(listed),
    summarize: ({ source }) => this.summarize(source),
    images: (payload) => this.images(payload),
    preview: (payload) => this.preview(payload),
    look: (payload) => this.look(payload),
    import: (payload) => this.import(payload),
    cancel: () => {
      if (!this.running) this.session = null;
      this.running?.controller.abort();
      this.running?.answer?.(false);
      return null;
    },
    answer: ({ skip }) => {
      this.running?.answer?.(skip);
      return null;
    },
    remove: async ({ set }) => {
      await (await this.openStore()).remove(set);
      return null;
    },
  };

  private openStore(): Promise<DatasetStore> {
    this.store ??= DatasetStore.open().catch((error: unknown) => {
      this.store = null;
      throw new Refusal(
        'no-store',
        `This browser stores no data sets here (${error instanceof Error ? error.message : String(error)}).`,
        'Leave the private window, or allow the lab to store data.',
      );
    });
    return this.store;
  }

  private async look({ files, options }: DataPayload<'look'>): Promise<FilesLook> {
    return this.whileRunning(files, options, async ({ opened }) => {
      try {
        const look = await opened.look(options.choices, options.imageSize);
        const { kind, outline, sets } = look;
        const samples = await look.samples(samplesShown);
        return { found: { kind, outline, sentence: outlineSentence(outline), samples }, sets };
      } catch (error) {
        if (error instanceof PickError && options.choices.pick === null)
          return { found: null, sets: error.sets };
        throw error;
      }
    });
  }

  private import({ files, options }: DataPayload<'import'>): Promise<DatasetSummary> {
    return this.whileRunning(files, options, async ({ opened, controller }) => {
      const { signal } = controller;
      const look = await opened.look(options.choices, options.imageSize);
      const summary = await importDataset({
        read: () => look.read(),
        signal,
        progress: (progress) => this.tell(progress),
        openStore: () => DatasetStore.open(),
        now: () => Date.now(),
      });
      this.session = null;
      return summary;
    });
  }

  /** Files stay open between a look at them and their import. What is cancelled or fails on the way is closed. */
  private async whileRunning<T>(
    files: readonly ImportFile[] | null,
    options: ImportOptions,
    work: (session: Session) => Promise<T>,
  ): Promise<T> {
    if (this.running)
      throw new Refusal('busy', 'Another data set is being read.', 'Wait for it, or cancel it.');
    const controller = files || !this.session ? new AbortController() : this.session.controller;
    const running: Running = { controller, answer: null };
    this.running = running;
    this.tell = this.progressTeller();
    try {
      if (files)
        this.session = { controller, opened: await this.open(files, options, controller.signal) };
      if (!this.session)
        throw new Refusal('no-files', 'The files are not open any more.', 'Choose them again.');
      return await work(this.session);
    } catch (error) {
      if (!controller.signal.aborted) throw error;
      this.session = null;
      throw new Refusal('cancelled', 'Cancelled: nothing was stored.', '');
    } finally {
      this.running = null;
    }
  }

  private open(
    files: readonly ImportFile[],
    { name, imageSize, choices }: ImportOptions,
    signal: AbortSignal,
  ): Promise<Opened> {
    return openDataset(files.map(fromFile), {
      name,
      imageSize,
      choices,
      signal,
      decode: decodeImage,
      progress: (progress) => this.tell(progress),
      skipUnreadable: (unreadable) => this.ask(this.running!, unreadable),
    });
  }

  private ask(running: Running, unreadable: Unreadable): Promise<boolean> {
    return new Promise((resolve) => {
      running.answer = (skip) => {
        running.answer = null;
        resolve(skip);
      };
      this.emit({ type: 'unreadable', unreadable });
    });
  }

  /** Not every step is worth a message; each phase's pace tells what is left of it. */
  private progressTeller(): (progress: Progress) => void {
    let last = -Infinity;
    let began = performance.now();
    let phase = '';
    return (progress) => {
      const now = performance.now();
      if (progress.phase !== phase) {
        phase = progress.phase;
        began = now;
      } else if (now - last < progressEvery && progress.done !== progress.total) return;
      last = now;
      const elapsed = now - began;
      const msLeft =
        elapsed > 500 && progress.total > 0 && progress.done > 0
          ? (elapsed * (progress.total - progress.done)) / progress.done
          : null;
      this.emit({ type: 'progress', progress, msLeft });
    };
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
    if (!set)
      throw new DatasetError('This data set is not in this browser (any more): add it again.');
    return set;
  }

  private async summarize(source: DatasetSource): Promise<DatasetSummary> {
    if (source.kind === 'stored') return listed(await this.stored(source.id));
    const dataset = await this.loadShipped(source);
    return summarize({ dataset: { ...dataset, name: 'Fashion-MNIST' }, kind: 'idx', notes: [] });
  }

  private async images({ source, split, label, first, count }: ImagesRequest): Promise<SomeImages> {
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
            `${set.name}: some of its images are missing from the browser's store: delete the set and add it again.`,
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
  private async preview({
    source,
    settings: { seed, data },
    images: count,
    epochs,
  }: PreviewRequest): Promise<Preview> {
    const { labels, size, channels, read } = await this.reader(source, 'train');
    const numbers = Array.from({ length: Math.min(count, labels.length) }, (_, image) => image);
    const target = data.imageSize;
    const resized = resizeImages(await read(numbers), size, channels, target);
    const imageBytes = target * target * channels;
    // Not normalized: these are to be looked at.
    const levels = Float32Array.from({ length: channels * 256 }, (_, i) => i % 256);
    const seen = new Float32Array(imageBytes);
    const result = new Uint8Array(numbers.length * (epochs + 1) * imageBytes);
    let offset = 0;
    for (const image of numbers) {
      const bytes = resized.subarray(image * imageBytes, (image + 1) * imageBytes);
      result.set(bytes, offset);
      offset += imageBytes;
      for (let epoch = 0; epoch < epochs; epoch++, offset += imageBytes) {
        writeImage(
          bytes,
          target,
          channels,
          drawAugmentation(data, seed, epoch, image),
          levels,
          seen,
          0,
        );
        if (data.autoAugment) {
          const moved = { size: target, channels, data: Uint8Array.from(seen) };
          seen.set(autoAugment(moved, [seed, epoch, image]).data);
        }
        if (data.cutout)
          cutOut(seen, target, channels, data.cutout, [seed, epoch, image], middleGray);
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

const fromFile = ({ path, file }: ImportFile): SourceFile => ({
  path,
  size: file.size,
  slice: async (start, end) => new Uint8Array(await file.slice(start, end).arrayBuffer()),
});

/** Without what only a reader of images needs. */
function listed({ labels: _labels, chunkImages: _chunkImages, ...summary }: StoredDataset) {
  return summary;
}
