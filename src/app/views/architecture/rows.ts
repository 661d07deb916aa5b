/** The candidate operations of cells as rows of a CSV. Pure. */
import { stateName } from '../../store/state-name.ts';
import type { CsvRows } from '../../charts/csv.ts';
import { candidatesOf } from '../../store/cell-units.ts';
import type { Candidate } from '../../store/cell-units.ts';
import { shownSettings } from '../../store/store.ts';
import type { LabState } from '../../store/store.ts';

const head = ['cell', 'from', 'to', 'operation', 'importance', 'threshold', 'state'];

const rowsOf = (cell: number, candidates: readonly Candidate[]): CsvRows =>
  candidates.map(({ from, to, operation, importance, threshold, alive, state }) => [
    ...[cell + 1, stateName(from), stateName(to), operation, importance, threshold],
    alive ? (state.regrown ? 'regrown' : 'alive') : 'pruned',
  ]);

export const candidateRows = (cell: number, candidates: readonly Candidate[]): CsvRows => [
  head,
  ...rowsOf(cell, candidates),
];

/** Of every cell that the search has come to. */
export function operationRows(state: LabState): CsvRows {
  const { details, units } = state.run;
  const { space } = shownSettings(state);
  return [
    head,
    ...(details.at(-1)?.cells ?? []).flatMap(({ cell }) =>
      rowsOf(cell, candidatesOf(details, units, space, cell)),
    ),
  ];
}
