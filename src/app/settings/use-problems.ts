/** Hooks: what is wrong with the settings on screen, held against the set that Start takes. */
import { problems } from '../../domain/settings/problems.ts';
import type { Problems } from '../../domain/settings/problems.ts';
import { chosenImages } from '../sessions/dataset-sources.ts';
import { useDatasets } from '../sessions/datasets-state.ts';
import { canStart } from '../sessions/search.ts';
import { useLab } from '../store/store.ts';

export function useProblems(): Problems {
  const settings = useLab((s) => s.settings);
  const set = useDatasets(chosenImages);
  return problems(settings, set);
}

export function useCanStart(): boolean {
  const set = useDatasets(chosenImages);
  return useLab((s) => canStart(s, set));
}
