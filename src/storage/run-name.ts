/** What a run is called until its user renames it. */
import type { SearchSettings } from '../domain/settings/schema.ts';

export function defaultRunName({ space, targetParameters, seed }: SearchSettings): string {
  return `${space.cells} cells to ${targetParameters.toLocaleString('en-US')} parameters, seed ${seed}`;
}
