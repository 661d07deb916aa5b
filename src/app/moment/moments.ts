/**
 * The commits of one cell as they can be looked at slowly: where its operations stood before, where importances and
 * thresholds had moved by the commit, what it pruned, and what the compaction saved. From the run's own events. Pure.
 */
import type { OperationName } from '../../domain/operations/registry.ts';
import type { SpaceSettings } from '../../domain/settings/schema.ts';
import { placesOf } from '../../domain/spaces/registry.ts';
import type { RunModel } from '../store/run-state.ts';

interface Standing {
  readonly importance: number;
  readonly threshold: number;
}

export interface MomentUnit {
  readonly from: number;
  readonly to: number;
  readonly operation: OperationName;
  readonly before: Standing;
  readonly at: Standing;
  /** Gone by this commit. Units that were gone before are left out. */
  readonly pruned: boolean;
}

export interface Moment {
  /** Training steps of the report before, and of the commit. */
  readonly beforeStep: number;
  readonly step: number;
  readonly units: readonly MomentUnit[];
  readonly pruned: number;
  /** Parameters in the cell's tensors; null where they were not reported. */
  readonly dense: { readonly before: number; readonly after: number } | null;
  /** Device bytes around the compaction of the whole super-net. */
  readonly memory: { readonly before: number; readonly after: number } | null;
}

type Part = Pick<RunModel, 'details' | 'snapshots' | 'compactions'>;

/** @returns the commits of this cell, in order. */
export function pruningMoments(run: Part, space: SpaceSettings, cell: number): Moment[] {
  const places = placesOf(space);
  const known = run.details.flatMap(({ step, committed, cells }) => {
    const own = cells.find((one) => one.cell === cell);
    return own ? [{ step, committed, operations: own.operations }] : [];
  });
  return known.slice(1).flatMap((now, i): Moment[] => {
    const before = known[i]!;
    const memory = run.compactions.find(({ step }) => step === now.step);
    if (!now.committed || now.step === before.step || !memory) return [];
    const units = places.flatMap((place, unit): MomentUnit[] => {
      if (before.operations.alive[unit] !== '1') return [];
      const standing = ({ importances, thresholds }: typeof now.operations): Standing => ({
        importance: importances[unit] ?? 0,
        threshold: thresholds[unit] ?? 0,
      });
      return [
        {
          ...{ from: place.from, to: place.to, operation: place.operation },
          ...{ before: standing(before.operations), at: standing(now.operations) },
          pruned: now.operations.alive[unit] === '0',
        },
      ];
    });
    const denseAt = (step: number, last: boolean): number | undefined => {
      const at = run.snapshots.filter((one) => one.step === step && one.committed);
      return (last ? at.at(-1) : at[0])?.cells.find((one) => one.cell === cell)?.parameters.dense;
    };
    const [full, left] = [denseAt(before.step, true), denseAt(now.step, false)];
    return [
      {
        ...{ beforeStep: before.step, step: now.step, units },
        pruned: units.filter(({ pruned }) => pruned).length,
        dense: full === undefined || left === undefined ? null : { before: full, after: left },
        memory: { before: memory.before, after: memory.after },
      },
    ];
  });
}

/** The one that shows most: of those up to a step, else of all. */
export function bestMoment(moments: readonly Moment[], upTo: number): number {
  const among = moments.some(({ step }) => step <= upTo)
    ? moments.filter(({ step }) => step <= upTo)
    : moments;
  const best = among.reduce<Moment | undefined>(
    (most, one) => (most === undefined || one.pruned > most.pruned ? one : most),
    undefined,
  );
  return best ? moments.indexOf(best) : -1;
}
