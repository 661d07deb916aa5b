/** Hooks: the units of a cell of the run on screen. */
import { useMemo } from 'react';
import { shownSettings, useShown } from '../../store/store.ts';
import { candidatesOf, filterGroupsOf, weightsOf } from '../../store/cell-units.ts';
import { plannedCandidates } from '../../store/planned.ts';
import type { Candidate, FilterGroup, WeightUnits } from '../../store/cell-units.ts';
import { layoutOf, spaceOf } from '../../../domain/spaces/registry.ts';
import type { CellShape } from '../../../domain/spaces/shape.ts';

export function useShape(cell: number): CellShape {
  const settings = useShown(shownSettings);
  return useMemo(() => {
    const shapes = layoutOf(settings.space, settings.data.imageSize).cells;
    return shapes[Math.min(cell, shapes.length - 1)]!;
  }, [settings, cell]);
}

/** Of the run on screen; before a search, those that it would begin with. */
export function useCandidates(cell: number): Candidate[] {
  const details = useShown(({ run }) => run.details);
  const units = useShown(({ run }) => run.units);
  const space = useShown((s) => shownSettings(s).space);
  const planned = useShown(({ run, runId }) => run.started === null && runId === null);
  return useMemo(
    () => (planned ? plannedCandidates(space) : candidatesOf(details, units, space, cell)),
    [details, units, space, cell, planned],
  );
}

export function useFilterGroups(cell: number): FilterGroup[] {
  const details = useShown(({ run }) => run.details);
  const shape = useShape(cell);
  const space = useShown((s) => shownSettings(s).space);
  return useMemo(
    () =>
      filterGroupsOf(details, cell, (unit, part) =>
        spaceOf(space).filterWidth(space, shape, unit, part),
      ),
    [details, cell, space, shape],
  );
}

export function useWeights(cell: number): readonly WeightUnits[] {
  const details = useShown(({ run }) => run.details);
  return useMemo(() => weightsOf(details, cell), [details, cell]);
}
