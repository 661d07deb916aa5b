/** An ImageMaker of several threads. They are opened when images are asked for, and ended when none were for a while. */
import { DatasetError } from '../dataset.ts';
import type { Decoding } from './decode.ts';
import type { ImageJob, ImageMaker, ScannedImage, ValuesJob } from './make.ts';
import { makeSquare, makeValues, scanImage } from './make.ts';

/** To a thread. */
export type MakerRequest = { readonly id: number } & (
  | { readonly what: 'square' | 'scan'; readonly job: ImageJob }
  | { readonly what: 'values'; readonly job: ValuesJob }
);

/** From a thread. */
export type MakerAnswer = { readonly id: number } & (
  | { readonly ok: true; readonly value: Uint8Array | Float32Array | ScannedImage }
  /** `ofImage`: the image is damaged; else the program is. */
  | { readonly ok: false; readonly message: string; readonly ofImage: boolean }
);

/** A worker of the page or of the shell. */
export interface MakerThread {
  post(request: MakerRequest, transfer: ArrayBuffer[]): void;
  end(): void;
}

export interface ThreadListener {
  answer(answer: MakerAnswer): void;
  /** The thread is of no more use. */
  fail(message: string): void;
}

export interface PoolOptions {
  readonly threads: number;
  open(listener: ThreadListener): MakerThread;
  /** Calls back after the milliseconds, without keeping the program alive for it; returns how to call that off. */
  later(callback: () => void, milliseconds: number): () => void;
}

interface Job {
  readonly request: MakerRequest;
  readonly signal: AbortSignal | undefined;
  resolve(value: Uint8Array | Float32Array | ScannedImage): void;
  reject(error: unknown): void;
}

interface Running {
  readonly thread: MakerThread;
  readonly jobs: Map<number, Job>;
}

/** Of one thread: the next image is there when one is done. */
const jobsOfThread = 2;
/** Milliseconds without an image after which threads are ended: they hold memory. */
const idle = 20_000;

export class MakerPool implements ImageMaker {
  readonly atOnce: number;
  private readonly queue: Job[] = [];
  private readonly running: Running[] = [];
  private last = 0;
  private callOff: () => void = () => {};

  constructor(private readonly options: PoolOptions) {
    this.atOnce = options.threads * jobsOfThread;
  }

  square(job: ImageJob, signal?: AbortSignal): Promise<Uint8Array> {
    return this.ask<Uint8Array>({ id: ++this.last, what: 'square', job }, signal);
  }

  scan(job: ImageJob, signal?: AbortSignal): Promise<ScannedImage> {
    return this.ask<ScannedImage>({ id: ++this.last, what: 'scan', job }, signal);
  }

  values(job: ValuesJob, signal?: AbortSignal): Promise<Float32Array> {
    return this.ask<Float32Array>({ id: ++this.last, what: 'values', job }, signal);
  }

  /** Ends the threads; the next image opens others. */
  end(): void {
    for (const { thread } of this.running.splice(0)) thread.end();
  }

  private ask<T>(request: MakerRequest, signal?: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      this.queue.push({ request, signal, resolve: (value) => resolve(value as T), reject });
      this.work();
    });
  }

  private work(): void {
    this.callOff();
    for (;;) {
      const free = this.free();
      const job = free && this.queue.shift();
      if (!job) break;
      if (job.signal?.aborted) {
        job.reject(job.signal.reason);
        continue;
      }
      const { request } = job;
      // A copy of its own, which is handed over: the bytes may be part of something larger.
      const bytes = request.job.bytes.slice();
      free.jobs.set(request.id, job);
      const posted = { ...request, job: { ...request.job, bytes } } as MakerRequest;
      free.thread.post(posted, [bytes.buffer]);
    }
    if (this.queue.length === 0 && this.running.every(({ jobs }) => jobs.size === 0))
      this.callOff = this.options.later(() => this.end(), idle);
  }

  /** The thread with the fewest images, or a new one; null: all are busy. */
  private free(): Running | null {
    if (this.queue.length === 0) return null;
    const [least] = this.running.toSorted((a, b) => a.jobs.size - b.jobs.size);
    if (least && least.jobs.size === 0) return least;
    if (this.running.length < this.options.threads) return this.open();
    return least && least.jobs.size < jobsOfThread ? least : null;
  }

  private open(): Running {
    const jobs = new Map<number, Job>();
    const thread = this.options.open({
      answer: (answer) => {
        const job = jobs.get(answer.id);
        jobs.delete(answer.id);
        if (answer.ok) job?.resolve(answer.value);
        else
          job?.reject(
            answer.ofImage ? new DatasetError(answer.message) : new Error(answer.message),
          );
        this.work();
      },
      fail: (message) => {
        const at = this.running.findIndex((one) => one.jobs === jobs);
        if (at >= 0) this.running.splice(at, 1);
        for (const { request, reject } of jobs.values())
          reject(new Error(`${request.job.name}: the image decoder stopped (${message}).`));
        jobs.clear();
        this.work();
      },
    });
    const running = { thread, jobs };
    this.running.push(running);
    return running;
  }
}

/** The thread's end: answers requests by its own decoder. */
export async function answerMaker(
  request: MakerRequest,
  decoding: Omit<Decoding, 'name'>,
): Promise<{ answer: MakerAnswer; transfer: ArrayBuffer[] }> {
  const { id, what, job } = request;
  try {
    if (what === 'scan') {
      const value = await scanImage(job, decoding);
      return { answer: { id, ok: true, value }, transfer: [] };
    }
    const value = await (what === 'values' ? makeValues(job, decoding) : makeSquare(job, decoding));
    return { answer: { id, ok: true, value }, transfer: [value.buffer as ArrayBuffer] };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const answer = { id, ok: false, message, ofImage: error instanceof DatasetError } as const;
    return { answer, transfer: [] };
  }
}
