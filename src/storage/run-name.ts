/** What a run is called until its user renames it. */
import type { SearchSettings } from '../domain/settings/schema.ts';
import { cellCount } from '../domain/spaces/registry.ts';

export function defaultRunName({ space, targetParameters, seed }: SearchSettings): string {
  return `${cellCount(space)} cells to ${targetParameters.toLocaleString('en-US')} parameters, seed ${seed}`;
}
