/** The arguments contradict each other or the settings' schema: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
