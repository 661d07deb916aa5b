/** The units of one cell against their thresholds, as views show them: pure functions of a run at one moment. */
import { gateScale, unitCauses } from '../../domain/events/events.ts';
import type { CellUnits, FilterUnits, UnitCause, WeightUnits } from '../../domain/events/events.ts';
import type { SpaceSettings } from '../../domain/settings/schema.ts';
import { placesOf } from '../../domain/spaces/registry.ts';
import type { Place } from '../../domain/spaces/shape.ts';
import type { UnitDetail } from './run-state.ts';
import { unitKey, untouched } from './units.ts';
import type { Units, UnitState } from './units.ts';

export interface Candidate extends Place {
  importance: number;
  threshold: number;
  alive: boolean;
  /** Why, at this moment; null in older runs. */
  cause: UnitCause | null;
  state: UnitState;
}

const causeNames = new Map(
  (Object.keys(unitCauses) as UnitCause[]).map((name) => [unitCauses[name] as string, name]),
);
const causeAt = (causes: string | undefined, i: number): UnitCause | null =>
  causeNames.get(causes?.[i] ?? '') ?? null;

/** How a unit that is gone stood when it went. */
export interface Fate {
  step: number;
  importance: number;
  threshold: number;
  /** Null in older runs. */
  cause: UnitCause | null;
}

export interface Filter {
  id: number;
  importance: number;
  alive: boolean;
  /** Why it is alive; null where it is gone, and in older runs. */
  cause: UnitCause | null;
  /** Null while it is alive. */
  fate: Fate | null;
}

export interface FilterGroup {
  /** Null: it belongs to no candidate. */
  unit: number | null;
  /** Which of the candidate's groups, or of those of no candidate. */
  part: number;
  threshold: number;
  /** All of the unpruned group, by id. */
  filters: Filter[];
}

export type { WeightUnits };

const cellOf = (detail: UnitDetail | undefined, cell: number): CellUnits | undefined =>
  detail?.cells.find((one) => one.cell === cell);

export function candidatesOf(
  details: readonly UnitDetail[],
  units: Units,
  space: SpaceSettings,
  cell: number,
): Candidate[] {
  const own = cellOf(details.at(-1), cell)?.operations;
  if (!own) return [];
  return placesOf(space).map((place) => {
    const state = units[unitKey({ cell, ...place })] ?? untouched;
    const alive = own.alive[place.unit] === '1';
    // Thresholds start anew at every stage, those of pruned operations too: what counts is what pruned it.
    const fate = alive ? undefined : state.history.findLast(({ kind }) => kind !== 'regrown');
    return {
      ...place,
      importance: fate?.importance ?? own.importances[place.unit]!,
      threshold: fate?.threshold ?? own.thresholds[place.unit]!,
      alive,
      cause: causeAt(own.causes, place.unit),
      state,
    };
  });
}

const groupKey = ({ unit, part }: Pick<FilterUnits, 'unit' | 'part'>): string =>
  `${unit ?? 'preprocess'} ${part}`;
const grouped = new WeakMap<CellUnits, ReadonlyMap<string, FilterUnits>>();

function groupsOf(cell: CellUnits): ReadonlyMap<string, FilterUnits> {
  let groups = grouped.get(cell);
  if (!groups) {
    groups = new Map(cell.filters.map((group) => [groupKey(group), group]));
    grouped.set(cell, groups);
  }
  return groups;
}

/**
 * Every filter group of a cell that was ever reported: live filters as they stand, pruned ones as they stood when a
 * commit took them.
 * @param widthOf filters of a group before any was pruned.
 */
export function filterGroupsOf(
  details: readonly UnitDetail[],
  cell: number,
  widthOf: (unit: number | null, part: number) => number,
): FilterGroup[] {
  const first = details.find((detail) => cellOf(detail, cell));
  const newest = cellOf(details.at(-1), cell);
  if (!first || !newest) return [];
  // A regrown operation brings groups back; a pruned one takes them away: all that the cell began with are listed.
  return cellOf(first, cell)!.filters.map(({ unit, part }) => {
    const key = groupKey({ unit, part });
    const channels = widthOf(unit, part);
    const now = groupsOf(newest).get(key);
    const filters: Filter[] = Array.from({ length: channels }, (_, id) => ({
      id,
      importance: 0,
      alive: false,
      cause: null,
      fate: null,
    }));
    let open = channels;
    let threshold = now?.threshold ?? Number.NaN;
    const seen = new Uint8Array(channels);
    for (let d = details.length - 1; d >= 0 && open > 0; d--) {
      const units = cellOf(details[d], cell);
      const group = units && groupsOf(units).get(key);
      if (!group) continue;
      if (Number.isNaN(threshold)) ({ threshold } = group);
      group.gates.forEach((gate, i) => {
        const id = group.ids?.[i] ?? i;
        if (seen[id]) return;
        seen[id] = 1;
        open--;
        const importance = gate / gateScale;
        const cause = causeAt(group.causes, i);
        const alive = now !== undefined && d === details.length - 1 && group.alive[i] === '1';
        filters[id] = {
          id,
          importance,
          alive,
          cause: alive ? cause : null,
          fate: alive
            ? null
            : { step: details[d]!.step, importance, threshold: group.threshold, cause },
        };
      });
    }
    return { unit, part, threshold, filters };
  });
}

/** Filters of one group that the newest report has alive; null where it has no such group. */
export function liveFilters(
  details: readonly UnitDetail[],
  cell: number,
  unit: number | null,
  part: number,
): number | null {
  const own = cellOf(details.at(-1), cell);
  const group = own && groupsOf(own).get(groupKey({ unit, part }));
  return group ? [...group.alive].filter((digit) => digit === '1').length : null;
}

export function weightsOf(details: readonly UnitDetail[], cell: number): readonly WeightUnits[] {
  return cellOf(details.at(-1), cell)?.weights ?? [];
}

/** The newest report of a candidate's weights, though it may be pruned by now. */
export function lastWeights(
  details: readonly UnitDetail[],
  cell: number,
  unit: number,
): { step: number; weights: WeightUnits } | null {
  for (const detail of details.toReversed()) {
    const weights = cellOf(detail, cell)?.weights.find((one) => one.unit === unit);
    if (weights) return { step: detail.step, weights };
  }
  return null;
}

export const total = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);

/** |w| under which half of the live weights lie, to the width of a bin. */
export function medianMagnitude({ alive, width }: Pick<WeightUnits, 'alive' | 'width'>): number {
  let left = total(alive) / 2;
  const bin = alive.findIndex((count) => (left -= count) <= 0);
  return (Math.max(0, bin) + 0.5) * width;
}

/** One candidate or group through time: what it has and what it must exceed. */
export interface Course {
  step: number;
  threshold: number;
  /** Operation: one importance. Filters: the smallest, the median and the largest of live ones. Weights: the median magnitude. */
  importances: number[];
}

export function operationCourse(
  details: readonly UnitDetail[],
  cell: number,
  unit: number,
): Course[] {
  return details.flatMap((detail) => {
    const own = cellOf(detail, cell)?.operations;
    return own
      ? [
          {
            step: detail.step,
            threshold: own.thresholds[unit]!,
            importances: [own.importances[unit]!],
          },
        ]
      : [];
  });
}

export function filterCourse(
  details: readonly UnitDetail[],
  cell: number,
  unit: number | null,
  part: number,
): Course[] {
  return details.flatMap((detail) => {
    const units = cellOf(detail, cell);
    const group = units && groupsOf(units).get(groupKey({ unit, part }));
    const live = group
      ? group.gates.filter((_, i) => group.alive[i] === '1').sort((a, b) => a - b)
      : [];
    if (!group || live.length === 0) return [];
    const importances = [0, live.length >> 1, live.length - 1].map((at) => live[at]! / gateScale);
    return [{ step: detail.step, threshold: group.threshold, importances }];
  });
}

export function weightCourse(details: readonly UnitDetail[], cell: number, unit: number): Course[] {
  return details.flatMap((detail) => {
    const own = cellOf(detail, cell)?.weights.find((one) => one.unit === unit);
    return own
      ? [{ step: detail.step, threshold: own.threshold, importances: [medianMagnitude(own)] }]
      : [];
  });
}
