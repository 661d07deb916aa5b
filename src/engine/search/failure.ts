/** Why a search failed, in words a user can act on. */

export class SearchFailure extends Error {
  override readonly name = 'SearchFailure';

  constructor(
    readonly code:
      | 'diverged'
      | 'device-lost'
      | 'out-of-memory'
      | 'invalid-settings'
      | 'invalid-checkpoint'
      | 'images'
      | 'internal',
    message: string,
    /** What the user can do now. */
    readonly advice: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Any error as a failure with advice; backends name theirs only in words. */
export function failureOf(error: unknown): SearchFailure {
  if (error instanceof SearchFailure) return error;
  const message = error instanceof Error ? error.message : String(error);
  const name = error instanceof Error ? error.name : '';
  const of = (code: SearchFailure['code'], advice: string) =>
    new SearchFailure(code, message, advice, { cause: error });
  if (name === 'AbortError' || /device\b.*\blost|lost\b.*\bdevice/i.test(message)) {
    return of(
      'device-lost',
      'The graphics device was reset or removed. Start the search again; with a smaller batch if it happens again.',
    );
  }
  if (/out of memory|allocat|maxBufferSize/i.test(message)) {
    return of(
      'out-of-memory',
      'Choose a smaller batch, fewer channels, or more stages, and start again.',
    );
  }
  // By its name: images are read outside of the engine.
  if (name === 'DatasetError')
    return of(
      'images',
      'What was trained up to the last checkpoint is kept. Mend what the message names, then resume.',
    );
  if (error instanceof RangeError)
    return of('invalid-settings', 'Change the setting that the message names, and start again.');
  return of(
    'internal',
    'This is a defect of the program: please report it with the settings and this message.',
  );
}

export function diverged(step: number): SearchFailure {
  return new SearchFailure(
    'diverged',
    `Loss became NaN or infinite by step ${step}.`,
    'Lower the learning rate of the weights (a third is a good start) or of the importances, or set a gradient clip, and start again.',
  );
}
