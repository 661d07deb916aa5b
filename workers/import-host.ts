/** Reads architectures from elsewhere for the page: a large one takes longer than a frame. Nothing is stored here. */
import {
  openPublished,
  openPublishedLike,
  publishedNetwork,
} from '../src/engine/architecture/import/gallery.ts';
import { importArchitecture } from '../src/engine/architecture/import/registry.ts';
import { ArchitectureError } from '../src/domain/architecture/schema.ts';
import type { ImportContract, Imported } from '../src/protocol/import-messages.ts';
import type { Handlers } from '../src/protocol/serve.ts';
import { Refusal } from './refusal.ts';

export class ImportHost {
  readonly handlers: Handlers<ImportContract> = {
    open: ({ files, options }) => inWords(() => importArchitecture(files, options)),
    published: ({ id, like }) =>
      inWords(() => {
        const published = publishedNetwork(id);
        return like ? openPublishedLike(published, like) : openPublished(published);
      }),
  };
}

/** The readers' messages name file, place and mend themselves. */
function inWords(read: () => Imported): Imported {
  try {
    return read();
  } catch (error) {
    if (error instanceof ArchitectureError)
      throw new Refusal('architecture', error.message, '', { cause: error });
    throw error;
  }
}
