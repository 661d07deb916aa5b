/** Architectures from elsewhere: read by a worker, kept in the library when the user says so. */
import type { Architecture } from '../../domain/architecture/schema.ts';
import type {
  ImportContract,
  Imported,
  ImportOptions,
  InputFile,
} from '../../protocol/import-messages.ts';
import { RequestFailed, WorkerClient } from '../../protocol/rpc.ts';
import { openWorker } from './open-worker.ts';
import { parseExternalTraining } from '../../domain/architecture/external-training.ts';
import { accuracy, integer } from '../format.ts';
import { library } from '../store/library-state.ts';
import { takeIn } from '../store/library-files.ts';
import { addToLibrary, keepElsewhere } from '../store/library.ts';

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

/** A file dropped on the library: what an exported train.py wrote, or a run or architecture of the lab. */
export async function takeAny(file: File): Promise<void> {
  const small = file.size < 10_000 ? await file.text() : '';
  try {
    const result = small.trimStart().startsWith('{')
      ? parseExternalTraining(JSON.parse(small))
      : null;
    if (!result) return await takeIn(file);
    const count = await keepElsewhere(result);
    const words = `${accuracy(result.accuracy)} of ${integer(result.images)} test images after ${integer(result.epochs)} epochs`;
    library.setState({
      message:
        count > 0
          ? { kind: 'done', text: `${file.name}: ${words}, added to its architecture.` }
          : {
              kind: 'error',
              text: `${file.name} says ${words}, but its architecture is not in the library: import it first.`,
            },
    });
  } catch (error) {
    if (error instanceof SyntaxError) return takeIn(file);
    library.setState({
      message: {
        kind: 'error',
        text: `${file.name} could not be imported. ${messageOfImport(error)}`,
      },
    });
  }
}

export function messageOfImport(error: unknown): string {
  if (error instanceof RequestFailed)
    return [error.error.message, error.error.advice].filter(Boolean).join(' ');
  return error instanceof Error ? error.message : String(error);
}
