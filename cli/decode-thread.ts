/** A thread that decodes images for the shell: `decode-pool.ts` is its other end. */
import { parentPort } from 'node:worker_threads';
import { defaultLimits } from '../src/datasets/files/source.ts';
import { answerMaker, type MakerRequest } from '../src/datasets/images/maker-pool.ts';
import { decodeImage } from './node-files.ts';

parentPort!.on('message', (request: MakerRequest) => {
  void answerMaker(request, { limits: defaultLimits, decode: decodeImage }).then(
    ({ answer, transfer }) => parentPort!.postMessage(answer, transfer),
  );
});
