/**
 * Tensors in lists, out of a file that torch.save wrote (PyTorch 1.6 and newer): a zip of a pickle and raw storages.
 *
 * A pickle is a program that may call anything. This reader knows a few of its instructions and three names (a tensor, a
 * storage type, an ordered dict); whatever else a file asks for is refused by name. Nothing is executed.
 */
import { unzipSync } from 'fflate';
import { ArchitectureError } from '../../../domain/architecture/schema.ts';
import { Unpickler } from './torch-pickle.ts';
import type { TorchValue } from './torch-pickle.ts';

export type { TorchTensor, TorchValue } from './torch-pickle.ts';

/** Bytes that the entries of a file may have together, and how many there may be. */
const largest = 256 * 1024 * 1024;
const mostEntries = 20_000;
export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

/** @throws ArchitectureError naming what the file asks for that is not read. */
export function readTorchFile(bytes: Uint8Array): TorchValue {
  const entries = unzip(bytes);
  const pickles = Object.keys(entries).filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickles.length !== 1)
    throw new ArchitectureError(
      'it is a zip, but not one written by torch.save: NAME/data.pkl is missing',
    );
  const [folder] = pickles[0]!.split('/');
  return new Unpickler(entries[pickles[0]!]!, (key) => entries[`${folder}/data/${key}`]).run();
}

function unzip(bytes: Uint8Array): Record<string, Uint8Array> {
  let [size, count] = [0, 0];
  try {
    return unzipSync(bytes, {
      filter: ({ name, originalSize, compression }) => {
        size += originalSize;
        if (++count > mostEntries || size > largest || originalSize > largest)
          throw new ArchitectureError(
            `it holds more than ${mostEntries} entries or ${largest / 2 ** 20} MiB`,
          );
        if (compression !== 0)
          throw new ArchitectureError(
            `${name.slice(0, 80)} is compressed: torch.save does not do that`,
          );
        return true;
      },
    });
  } catch (error) {
    if (error instanceof ArchitectureError) throw error;
    throw new ArchitectureError(`it is not a complete zip: ${(error as Error).message}`);
  }
}
