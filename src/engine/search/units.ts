/** Every unit's importance against the threshold that judges it, at one moment: what the `units` event tells. */
import { parameter } from '../supernet/layout.ts';
import type { CellPlan } from '../supernet/plan.ts';
import { prunableFilters } from '../granularity/live.ts';
import { sigmoid, slice } from '../granularity/network.ts';
import type { Network } from '../granularity/network.ts';
import { gateScale, histogramBins } from '../../domain/events/events.ts';
import type { CellUnits, FilterUnits, WeightUnits } from '../../domain/events/events.ts';

/**
 * @param trained what the importances and thresholds are read from.
 * @param left what a commit of `trained` leaves: its masks say who is alive. The same network where nothing is judged.
 * @returns one entry a cell of the network.
 */
export function describeUnits(trained: Network, left: Network): CellUnits[] {
  const weights = weightUnits(trained, left);
  return trained.plan.cells.map((cell) => ({
    cell: cell.shape.index,
    operations: operationUnits(trained, left, cell),
    filters: filterUnits(trained, left, cell),
    weights: weights.get(cell.shape.index) ?? [],
  }));
}

const bits = (mask: ArrayLike<number>): string =>
  Array.from(mask, (alive) => (alive ? '1' : '0')).join('');
const round = (value: number): number => Number(value.toFixed(4));
/** Of magnitudes that may be far below one. */
const significant = (value: number): number => Number(value.toPrecision(4));

function operationUnits(
  { plan, parameters }: Network,
  left: Network,
  { shape }: CellPlan,
): CellUnits['operations'] {
  const vector = (name: string): Float32Array =>
    slice(parameters.values, parameter(plan.table, `cells.${shape.index}.${name}`));
  return {
    importances: Array.from(vector('alpha'), (alpha) => round(sigmoid(alpha))),
    thresholds: Array.from(vector('operationThreshold'), round),
    alive: bits(left.masks.operations[shape.index]),
  };
}

function filterUnits({ plan, parameters }: Network, left: Network, cell: CellPlan): FilterUnits[] {
  const owners = new Map<string, Pick<FilterUnits, 'unit' | 'part'>>();
  for (const { name, slot } of cell.preprocess) owners.set(name, { unit: null, part: slot });
  for (const { unit, blocks } of cell.candidates)
    blocks.forEach(({ name }, part) => owners.set(name, { unit, part }));
  return [...prunableFilters(cell)].map(({ name, filters, thresholds, index }) => ({
    ...owners.get(name)!,
    // Most groups are whole for most of a search.
    ids: filters.length === cell.shape.channels ? null : [...filters],
    gates: Array.from(slice(parameters.values, parameter(plan.table, `${name}.gate`)), (gate) =>
      Math.round(sigmoid(gate) * gateScale),
    ),
    threshold: round(slice(parameters.values, parameter(plan.table, thresholds))[index]),
    alive: bits(filters.map((filter) => left.masks.filters[name][filter])),
  }));
}

/** Of the candidates that `left` holds; by cell. The thresholds are `trained`'s: a commit may lower them afterwards. */
function weightUnits(trained: Network, left: Network): Map<number, WeightUnits[]> {
  const { plan, parameters } = left;
  const arrays = new Map<
    string,
    { cell: number; unit: number; values: Float32Array[]; masks: Uint8Array[] }
  >();
  for (const spec of plan.table.specs) {
    if (!spec.maskedBy) continue;
    const { cell, unit } = spec.maskedBy;
    const own = arrays.get(`${cell} ${unit}`) ?? { cell, unit, values: [], masks: [] };
    own.values.push(slice(parameters.values, spec));
    own.masks.push(slice(parameters.weightMask, spec));
    arrays.set(`${cell} ${unit}`, own);
  }
  const cells = new Map<number, WeightUnits[]>();
  for (const { cell, unit, values, masks } of arrays.values()) {
    const { operation } = plan.cells[cell].candidates.find((candidate) => candidate.unit === unit)!;
    const { channels } = plan.cells[cell].shape;
    const threshold = slice(
      trained.parameters.values,
      parameter(trained.plan.table, `cells.${cell}.weightThreshold`),
    )[unit];
    const units = {
      unit,
      ...histogram(values, masks),
      threshold: significant(threshold),
      total: operation.blocks * channels * (operation.kernel ** 2 + channels),
    };
    cells.set(cell, [...(cells.get(cell) ?? []), units]);
  }
  return cells;
}

function histogram(
  values: readonly Float32Array[],
  masks: readonly Uint8Array[],
): Pick<WeightUnits, 'width' | 'alive' | 'masked'> {
  let largest = 0;
  for (const array of values)
    for (const value of array) largest = Math.max(largest, Math.abs(value));
  const width = significant(largest / histogramBins);
  const alive = new Array<number>(histogramBins).fill(0);
  const masked = new Array<number>(histogramBins).fill(0);
  values.forEach((array, a) =>
    array.forEach((value, i) => {
      // The largest value ends the last bin.
      const bin = width > 0 ? Math.min(histogramBins - 1, Math.floor(Math.abs(value) / width)) : 0;
      (masks[a][i] ? alive : masked)[bin]++;
    }),
  );
  return { width, alive, masked };
}
