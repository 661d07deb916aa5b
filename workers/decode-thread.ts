/** What a worker does that decodes images for another one: `decode-pool.ts` is its other end. */
import { defaultLimits } from '../src/datasets/files/source.ts';
import { answerMaker, type MakerRequest } from '../src/datasets/images/maker-pool.ts';
import { decodeImage } from './decode-image.ts';

export async function decodeFor(request: MakerRequest): Promise<void> {
  const decoding = { limits: defaultLimits, decode: decodeImage };
  const { answer, transfer } = await answerMaker(request, decoding);
  self.postMessage(answer, { transfer });
}
