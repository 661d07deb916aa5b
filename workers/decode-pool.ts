/** Workers that decode images, shared by all that this worker does. Without workers (in tests) images are made here. */
import { defaultLimits } from '../src/datasets/files/source.ts';
import { makerHere, type ImageMaker } from '../src/datasets/images/make.ts';
import { MakerPool, type MakerAnswer } from '../src/datasets/images/maker-pool.ts';
import type { WorkerRole } from '../src/protocol/rpc.ts';
import { decodeImage } from './decode-image.ts';

const most = 8;
const role: WorkerRole = 'decode';
let shared: ImageMaker | null = null;

export function imageMaker(): ImageMaker {
  shared ??=
    'Worker' in globalThis ? openPool() : makerHere({ limits: defaultLimits, decode: decodeImage });
  return shared;
}

const openPool = (): MakerPool =>
  new MakerPool({
    threads: Math.max(1, Math.min(most, navigator.hardwareConcurrency)),
    open({ answer, fail }) {
      // The entry of this worker, under another name.
      const worker = new Worker(self.location.href, { type: 'module', name: role });
      worker.addEventListener('message', ({ data }: MessageEvent<MakerAnswer>) => answer(data));
      worker.addEventListener('error', ({ message }) => fail(message || 'it could not be loaded'));
      return {
        post: (request, transfer) => worker.postMessage(request, transfer),
        end: () => worker.terminate(),
      };
    },
    later(callback, milliseconds) {
      const timer = setTimeout(callback, milliseconds);
      return () => clearTimeout(timer);
    },
  });
