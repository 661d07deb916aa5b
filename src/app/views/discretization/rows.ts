/** The rows of a cell's picture: one a candidate operation, and one for filters that belong to none, grouped by edge. Pure. */
import { copy } from '../../copy.ts';
import type { Granularity } from '../../../domain/granularities.ts';
import { factsOf } from '../../../domain/operations/facts.ts';
import { operationTable } from '../../../domain/operations/registry.ts';
import { percent } from '../../format.ts';
import { total } from '../../store/cell-units.ts';
import type { Candidate, FilterGroup, WeightUnits } from '../../store/cell-units.ts';
import { placeName, wordsOf } from '../../store/state-name.ts';

export interface Row {
  key: string;
  /** Null = filters of no candidate: of a preprocess, of a chain's head. */
  unit: number | null;
  slot: 0 | 1;
  label: string;
  /** Spoken instead of the picture. */
  spoken: string;
  /** A figure at the row's end. */
  figure: string;
  alive: boolean;
  regrown: boolean;
  candidate: Candidate | null;
  groups: readonly FilterGroup[];
  weights: WeightUnits | null;
}

export interface RowGroup {
  title: string;
  rows: Row[];
}

export interface CellData {
  candidates: readonly Candidate[];
  filterGroups: readonly FilterGroup[];
  weights: readonly WeightUnits[];
}

export function rowGroups(
  level: Granularity,
  { candidates, filterGroups, weights }: CellData,
): RowGroup[] {
  const shown = candidates.filter(
    ({ operation }) => level === 'operation' || factsOf(operationTable[operation]).convolves,
  );
  const edges = new Map<number, RowGroup>();
  for (const candidate of shown) {
    const group = edges.get(candidate.edge) ?? {
      title: placeName(candidate) ?? copy.candidateBlocks,
      rows: [],
    };
    group.rows.push(candidateRow(level, candidate, filterGroups, weights));
    edges.set(candidate.edge, group);
  }
  const own = filterGroups.filter(({ unit }) => unit === null);
  return level === 'filter' && own.length > 0
    ? [ownRows(own), ...edges.values()]
    : [...edges.values()];
}

function candidateRow(
  level: Granularity,
  candidate: Candidate,
  filterGroups: readonly FilterGroup[],
  weights: readonly WeightUnits[],
): Row {
  const { unit, operation, alive, importance, threshold, state } = candidate;
  const groups = filterGroups.filter((group) => group.unit === unit);
  const own = weights.find((one) => one.unit === unit) ?? null;
  const label = operationTable[operation].short;
  const base = {
    key: String(unit),
    unit,
    slot: 0 as const,
    label,
    alive,
    regrown: state.regrown,
    candidate,
    groups,
    weights: own,
  };
  const name = `${operationTable[operation].label}${alive ? '' : ', pruned'}`;
  if (level === 'operation')
    return {
      ...base,
      figure: importance.toFixed(2),
      spoken: `${name}: importance ${importance.toFixed(2)}, threshold ${threshold.toFixed(2)}`,
    };
  if (level === 'filter') {
    const filters = groups.flatMap((group) => group.filters);
    const left = alive ? filters.filter((filter) => filter.alive).length : 0;
    return {
      ...base,
      figure: `${left}/${filters.length}`,
      spoken: `${name}: ${left} of ${filters.length} filters remaining`,
    };
  }
  const share = own && alive ? total(own.alive) / Math.max(1, own.total) : 0;
  return {
    ...base,
    figure: percent(share),
    spoken: `${name}: ${percent(share)} of its weights remaining`,
  };
}

/** Filters of no candidate. */
function ownRows(groups: readonly FilterGroup[]): RowGroup {
  const words = wordsOf();
  const rows = groups.map((group): Row => {
    const left = group.filters.filter(({ alive }) => alive).length;
    const slot = group.part === 0 ? 0 : 1;
    return {
      ...{
        key: `preprocess ${slot}`,
        unit: null,
        slot,
        label: words.ownFilters(group.part),
        alive: true,
        regrown: false,
      },
      ...{
        candidate: null,
        groups: [group],
        weights: null,
        figure: `${left}/${group.filters.length}`,
      },
      spoken: `${words.filters(null, group.part)}: ${left} of ${group.filters.length} filters remaining`,
    };
  });
  return { title: words.ownFiltersTitle, rows };
}

/** Largest magnitude of any weight of the cell: the rows share one axis. */
export function largestWeight(weights: readonly WeightUnits[]): number {
  return weights.reduce((most, { width, alive }) => Math.max(most, width * alive.length), 0);
}
