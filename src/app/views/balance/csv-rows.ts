/** What the charts of the balance show, as rows of a CSV. Pure. */
import { granularities } from '../../../domain/granularities.ts';
import type { CsvRows } from '../../charts/csv.ts';
import type { ParameterLosses } from '../../store/losses.ts';
import { wordsOf } from '../../store/state-name.ts';
import { shownSettings } from '../../store/store.ts';
import type { LabState } from '../../store/store.ts';

export const lossRows = ({
  superNet,
  afterOperations,
  afterFilters,
  left,
}: ParameterLosses): CsvRows => [
  ['part', 'parameters'],
  ['super-net', superNet],
  ['pruned with operations', superNet - afterOperations],
  ['pruned with filters', afterOperations - afterFilters],
  ['pruned with weights', afterFilters - left],
  ['remaining', left],
];

/** One row a cell or layer, level and moment. */
export const heatRows = (state: LabState): CsvRows => [
  ['step', 'committed', wordsOf(shownSettings(state).space).part, 'level', 'left', 'total'],
  ...state.run.snapshots.flatMap(({ step, committed, cells }) =>
    cells.flatMap(({ cell, counts }) =>
      granularities.map((level) => [
        ...[step, committed ? 1 : 0, cell + 1, level],
        ...[counts[level].left, counts[level].total],
      ]),
    ),
  ),
];
