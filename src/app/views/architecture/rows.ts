/** The candidate operations of cells as rows of a CSV. Pure. */
import type { SpaceSettings } from '../../../domain/settings/schema.ts';
import { stateName, wordsOf } from '../../store/state-name.ts';
import type { CsvRows } from '../../charts/csv.ts';
import { candidatesOf } from '../../store/cell-units.ts';
import type { Candidate } from '../../store/cell-units.ts';
import { shownSettings } from '../../store/store.ts';
import type { LabState } from '../../store/store.ts';

const headOf = (space: SpaceSettings) => [
  wordsOf(space).part,
  ...['from', 'to', 'operation', 'importance', 'threshold', 'state'],
];

const rowsOf = (space: SpaceSettings, cell: number, candidates: readonly Candidate[]): CsvRows =>
  candidates.map(({ from, to, operation, importance, threshold, alive, state }) => [
    ...[cell + 1, stateName(from, space), stateName(to, space), operation, importance, threshold],
    alive ? (state.regrown ? 'regrown' : 'active') : 'pruned',
  ]);

export const candidateRows = (
  space: SpaceSettings,
  cell: number,
  candidates: readonly Candidate[],
): CsvRows => [headOf(space), ...rowsOf(space, cell, candidates)];

/** Of every cell that the search has come to. */
export function operationRows(state: LabState): CsvRows {
  const { details, units } = state.run;
  const { space } = shownSettings(state);
  return [
    headOf(space),
    ...(details.at(-1)?.cells ?? []).flatMap(({ cell }) =>
      rowsOf(space, cell, candidatesOf(details, units, space, cell)),
    ),
  ];
}
