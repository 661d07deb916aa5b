/** Every failure as what the page shows: a code, a message, and what to do. */
import { DatasetError } from '../src/datasets/dataset.ts';
import { failureOf } from '../src/engine/search/failure.ts';
import type { WorkerError } from '../src/protocol/messages.ts';

/** A failure whose advice is known where it is thrown. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  constructor(
    readonly code: string,
    message: string,
    readonly advice: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export function workerErrorOf(error: unknown): WorkerError {
  if (error instanceof Refusal)
    return { code: error.code, message: error.message, advice: error.advice };
  // Its messages name the mend themselves.
  if (error instanceof DatasetError)
    return { code: 'data-set', message: error.message, advice: 'Then start again.' };
  const { code, message, advice } = failureOf(error);
  return { code, message, advice };
}
