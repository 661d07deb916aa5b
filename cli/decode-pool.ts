/** Threads of the shell that decode images. Where TypeScript has no loader of its own (in tests), images are made here. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { defaultLimits } from '../src/datasets/files/source.ts';
import { makerHere, type ImageMaker } from '../src/datasets/images/make.ts';
import { MakerPool, type MakerAnswer } from '../src/datasets/images/maker-pool.ts';
import { decodeImage } from './node-files.ts';

const most = 8;
let shared: ImageMaker | null = null;

export function imageMaker(): ImageMaker {
  shared ??= process.env.VITEST
    ? makerHere({ limits: defaultLimits, decode: decodeImage })
    : openPool();
  return shared;
}

const openPool = (): MakerPool =>
  new MakerPool({
    threads: Math.min(most, availableParallelism()),
    open({ answer, fail }) {
      const worker = new Worker(
        new URL(`data:text/javascript,${encodeURIComponent(start)}`),
        // The TIFF reader's dependency web-worker destructures it.
        { workerData: {} },
      );
      // Threads that wait do not keep the program alive; those that decode do.
      let images = 0;
      worker.unref();
      worker.on('message', (message: MakerAnswer) => {
        if (--images === 0) worker.unref();
        answer(message);
      });
      worker.on('error', (error) => fail(error instanceof Error ? error.message : String(error)));
      return {
        post(request, transfer) {
          if (images++ === 0) worker.ref();
          worker.postMessage(request, transfer);
        },
        end: () => void worker.terminate(),
      };
    },
    later(callback, milliseconds) {
      const timer = setTimeout(callback, milliseconds).unref();
      return () => clearTimeout(timer);
    },
  });

/** A thread has to learn TypeScript first, as the program did. */
const start = `
import { register } from ${JSON.stringify(import.meta.resolve('tsx/esm/api'))};
register();
await import(${JSON.stringify(new URL('./decode-thread.ts', import.meta.url).href)});
`;
