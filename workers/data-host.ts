/** Answers the page about data sets: looks at files, stores what is in them, and shows the sets (set-images.ts). */
import { PickError } from '../src/datasets/files/choose-set.ts';
import { openDataset, type Opened } from '../src/datasets/files/read-dataset.ts';
import type { SourceFile } from '../src/datasets/files/source.ts';
import { outlineSentence } from '../src/datasets/outline.ts';
import type { DatasetSummary } from '../src/datasets/stored.ts';
import type {
  DataContract,
  DataPayload,
  FilesLook,
  ImportFile,
  ImportOptions,
  Progress,
  Unreadable,
} from '../src/protocol/data-messages.ts';
import type { Handlers } from '../src/protocol/serve.ts';
import { DatasetStore } from '../src/storage/datasets.ts';
import { importDataset } from './data-import.ts';
import { decodeImage } from './decode-image.ts';
import { imageMaker } from './decode-pool.ts';
import { Refusal } from './refusal.ts';
import { SetImages } from './set-images.ts';

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
/** Messages about progress, milliseconds apart at least. */
const progressEvery = 100;

export class DataHost {
  private running: Running | null = null;
  /** The files looked at last. */
  private session: Session | null = null;
  private tell: (progress: Progress) => void = () => {};
  private readonly sets = new SetImages();

  constructor(private readonly emit: (event: DataContract['event']) => void) {}

  readonly handlers: Handlers<DataContract> = {
    list: () => this.sets.list(),
    summarize: ({ source }) => this.sets.summarize(source),
    images: (payload) => this.sets.images(payload),
    preview: (payload) => this.sets.preview(payload),
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
      await this.sets.remove(set);
      return null;
    },
  };

  private async look({ files, options }: DataPayload<'look'>): Promise<FilesLook> {
    return this.whileRunning(files, options, async ({ opened }) => {
      try {
        const look = await opened.look(options.choices, options.imageSize);
        const { kind, outline, sets, keeping } = look;
        const samples = await look.samples(samplesShown);
        return {
          found: { kind, outline, sentence: outlineSentence(outline), samples, keeping },
          sets,
        };
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
        read: () => (look.keeping?.kept === 'encoded' ? look.readFiles() : look.read()),
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
        throw new Refusal('no-files', 'The files are no longer open.', 'Choose them again.');
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
      maker: imageMaker(),
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
}

const fromFile = ({ path, file }: ImportFile): SourceFile => ({
  path,
  size: file.size,
  slice: async (start, end) => new Uint8Array(await file.slice(start, end).arrayBuffer()),
});
