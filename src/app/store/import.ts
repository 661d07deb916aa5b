/** Architectures from elsewhere: read by a worker, kept in the library when the user says so. */
import type { Architecture } from '../../domain/architecture/schema.ts';
import type {
  ImportContract,
  Imported,
  ImportOptions,
  InputFile,
} from '../../protocol/import-messages.ts';
import { RequestFailed, WorkerClient } from '../../protocol/rpc.ts';
import { openWorker } from '../open-worker.ts';
import { addToLibrary } from './library.ts';

const client = new WorkerClient<ImportContract>({
  task: 'The import',
  advice: 'Try again; reload the page if it happens again.',
  connect: () => openWorker('import'),
  onEvents: (_events, received) => received(),
});

/** @throws Error in words for the user. */
export async function readArchitectures(
  files: readonly File[],
  options: ImportOptions,
): Promise<Imported> {
  const inputs = await Promise.all(
    files.map(async (file): Promise<InputFile> => ({
      name: file.name,
      bytes: new Uint8Array(await file.arrayBuffer()),
    })),
  );
  return client.request('open', { files: inputs, options });
}

/** @throws Error in words for the user. */
export function readPasted(text: string, options: ImportOptions): Promise<Imported> {
  const files = [{ name: 'Pasted text', bytes: new TextEncoder().encode(text) }];
  return client.request('open', { files, options });
}

/** @throws Error in words for the user. */
export function readPublished(id: string, like: Architecture | null): Promise<Imported> {
  return client.request('published', {
    id,
    like: like && { dataset: like.dataset, parameters: like.parameters, cells: like.cells },
  });
}

export async function keepImported({ architecture, name }: Imported): Promise<void> {
  await addToLibrary({
    id: crypto.randomUUID(),
    runId: null,
    name,
    created: Date.now(),
    architecture,
  });
}

export function messageOfImport(error: unknown): string {
  if (error instanceof RequestFailed)
    return [error.error.message, error.error.advice].filter(Boolean).join(' ');
  return error instanceof Error ? error.message : String(error);
}
