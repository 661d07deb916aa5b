/** What the charts of the balance show, as rows of a CSV. Pure. */
import { granularities } from '../../../domain/granularities.ts';
import type { CsvRows } from '../../charts/csv.ts';
import type { ParameterLosses } from '../../store/losses.ts';
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

/** One row a cell, level and moment. */
export const heatRows = ({ run }: LabState): CsvRows => [
  ['step', 'committed', 'cell', 'level', 'left', 'total'],
  ...run.snapshots.flatMap(({ step, committed, cells }) =>
    cells.flatMap(({ cell, counts }) =>
      granularities.map((level) => [
        ...[step, committed ? 1 : 0, cell + 1, level],
        ...[counts[level].left, counts[level].total],
      ]),
    ),
  ),
];
