import type { SearchEvent } from '../../domain/events/events.ts';

/** A run that was: of this page, or from storage. */
export interface PastRun {
  readonly id: string;
  readonly name: string;
  readonly events: readonly SearchEvent[];
}
