/** Every unit's importance against the threshold that judges it, at one moment: what the `units` event tells. */
import { parameter } from '../../domain/graph/layout.ts';
import type { CellPlan } from '../../domain/spaces/plan.ts';
import { prunableFilters } from '../granularity/live.ts';
import { maskableWeights } from '../../domain/counts.ts';
import { sigmoid, slice } from '../granularity/network.ts';
import type { Network } from '../granularity/network.ts';
import type { Discretization } from '../granularity/live.ts';
import { gateScale, histogramBins, unitCauses } from '../../domain/events/events.ts';
import type { CellUnits, FilterUnits, UnitCause, WeightUnits } from '../../domain/events/events.ts';

/** What left of a network at a commit, or where a user pruned. */
export interface Judgement {
  /** What the importances and thresholds are read from. */
  readonly trained: Network;
  /** By what the thresholds judged; null where none did. */
  readonly by: Discretization | null;
  /** An operation that a user pruned. */
  readonly hand?: { readonly cell: number; readonly unit: number };
}

/**
 * @param left what the judgement left: its masks say who is alive. The trained network itself where nothing was judged.
 * @returns one entry a cell of the trained network.
 */
export function describeUnits(
  left: Network,
  judgement: Judgement = { trained: left, by: null },
): CellUnits[] {
  const weights = weightUnits(left, judgement);
  return judgement.trained.plan.cells.map((cell) => {
    const operations = operationUnits(left, judgement, cell);
    return {
      cell: cell.shape.index,
      operations,
      filters: filterUnits(left, judgement, cell, operations.causes),
      weights: weights.get(cell.shape.index) ?? [],
    };
  });
}

const bits = (mask: ArrayLike<number>): string =>
  Array.from(mask, (alive) => (alive ? '1' : '0')).join('');
const round = (value: number): number => Number(value.toFixed(4));
/** Of magnitudes that may be far below one. */
const significant = (value: number): number => Number(value.toPrecision(4));

type Judged = CellUnits['operations'] & { causes: string };

function operationUnits(
  left: Network,
  { trained, by, hand }: Judgement,
  { shape: { index: cell } }: CellPlan,
): Judged {
  const { plan, parameters, masks } = trained;
  const vector = (name: string): Float32Array =>
    slice(parameters.values, parameter(plan.table, `cells.${cell}.${name}`));
  const importances = Array.from(vector('alpha'), sigmoid);
  const thresholds = vector('operationThreshold');
  const alive = left.masks.operations[cell]!;
  const causeOf = (unit: number): UnitCause => {
    if (!masks.operations[cell]![unit]) return 'gone';
    if (!alive[unit]) return hand?.cell === cell && hand.unit === unit ? 'hand' : 'threshold';
    if (!by?.granularities.operation || importances[unit]! - thresholds[unit]! > 0) return 'above';
    if (by.kept?.(cell, unit)) return 'protected';
    return by.held(cell) ? 'held' : 'last';
  };
  return {
    importances: importances.map(round),
    thresholds: Array.from(thresholds, round),
    alive: bits(alive),
    causes: letters(importances.map((_, unit) => causeOf(unit))),
  };
}

const letters = (causes: readonly UnitCause[]): string =>
  causes.map((cause) => unitCauses[cause]).join('');

/** @param operations causes of the cell's candidates. */
function filterUnits(
  left: Network,
  { trained: { plan, parameters }, by }: Judgement,
  cell: CellPlan,
  operations: string,
): FilterUnits[] {
  const owners = new Map<string, Pick<FilterUnits, 'unit' | 'part'>>();
  for (const { name, part } of cell.gated) owners.set(name, { unit: null, part });
  for (const { unit, blocks } of cell.candidates)
    blocks.forEach(({ name }, part) => owners.set(name, { unit, part }));
  return [...prunableFilters(cell)].map(({ name, filters, thresholds, index }) => {
    const owner = owners.get(name)!;
    const gates = Array.from(
      slice(parameters.values, parameter(plan.table, `${name}.gate`)),
      sigmoid,
    );
    const threshold = slice(parameters.values, parameter(plan.table, thresholds))[index]!;
    const alive = filters.map((filter) => left.masks.filters[name]![filter]!);
    const fate = owner.unit === null ? unitCauses.above : operations[owner.unit];
    const causeOf = (i: number): UnitCause => {
      if (fate === unitCauses.threshold) return 'operation';
      if (fate === unitCauses.hand) return 'hand';
      if (!alive[i]) return 'threshold';
      if (!by?.granularities.filter || gates[i]! - threshold > 0) return 'above';
      return by.held(cell.shape.index) ? 'held' : 'last';
    };
    return {
      ...owner,
      // Most groups are whole for most of a search.
      ids: filters.length === left.masks.filters[name]!.length ? null : [...filters],
      gates: gates.map((gate) => Math.round(gate * gateScale)),
      threshold: round(threshold),
      alive: bits(alive),
      causes: letters(filters.map((_, i) => causeOf(i))),
    };
  });
}

/** Of the candidates that `left` holds; by cell. The thresholds are `trained`'s: a commit may lower them afterwards. */
function weightUnits(left: Network, { trained, by }: Judgement): Map<number, WeightUnits[]> {
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
  const totals = maskableWeights(plan.space);
  const cells = new Map<number, WeightUnits[]>();
  for (const { cell, unit, values, masks } of arrays.values()) {
    const threshold = slice(
      trained.parameters.values,
      parameter(trained.plan.table, `cells.${cell}.weightThreshold`),
    )[unit]!;
    const units = {
      unit,
      ...histogram(values, masks),
      threshold: significant(threshold),
      last: by?.granularities.weight && !by.held(cell) ? notAbove(values, masks, threshold) : 0,
      total: totals[cell]![unit]!,
    };
    cells.set(cell, [...(cells.get(cell) ?? []), units]);
  }
  return cells;
}

/** Weights alive whose magnitude does not exceed the threshold that judged them. */
function notAbove(
  values: readonly Float32Array[],
  masks: readonly Uint8Array[],
  threshold: number,
): number {
  return values.reduce(
    (sum, array, a) =>
      sum + array.filter((value, i) => masks[a]![i] && Math.abs(value) - threshold <= 0).length,
    0,
  );
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
      (masks[a]![i] ? alive : masked)[bin]!++;
    }),
  );
  return { width, alive, masked };
}
