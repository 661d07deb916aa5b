/** Hooks: what is wrong with the settings on screen, held against the set that Start takes. */
import { problems } from '../../domain/settings/problems.ts';
import type { Problems } from '../../domain/settings/problems.ts';
import { chosenImages } from '../sessions/dataset-sources.ts';
import { useDatasets } from '../sessions/datasets-state.ts';
import { canStart } from '../sessions/search.ts';
import { useMemoryProblem } from '../sessions/planned-now.ts';
import { useLab } from '../store/store.ts';

export function useProblems(): Problems {
  const settings = useLab((s) => s.settings);
  const set = useDatasets(chosenImages);
  return problems(settings, set);
}

/** Why the device cannot hold what Start would build; null: nothing is known against it. */
export function useMemoryObstacle(): string | null {
  const settings = useLab((s) => s.settings);
  const backend = useLab((s) => s.backend);
  const probe = useLab((s) => s.probe);
  return useMemoryProblem({ settings, backend, probe });
}

export function useCanStart(): boolean {
  const set = useDatasets(chosenImages);
  // Counted a moment after the settings have changed.
  useMemoryObstacle();
  return useLab((s) => canStart(s, set));
}
