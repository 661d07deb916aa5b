/** What an explanation looks up in a run's events. Pure. */
import type { CellUnits, SearchEvent } from '../../domain/events/events.ts';
import { placesOf } from '../../domain/spaces/registry.ts';
import type { Place } from '../../domain/spaces/shape.ts';
import { stageCount } from '../../domain/spaces/registry.ts';

type EventOf<T extends SearchEvent['type']> = Extract<SearchEvent, { type: T }>;

/** A commit with what was told around it. */
export interface Commit {
  readonly committed: EventOf<'committed'>;
  /** Null where it pruned nothing. */
  readonly pruned: EventOf<'pruned'> | null;
  /** Each unit as this commit judged it. */
  readonly units: EventOf<'units'> | null;
  /** The same units at the commit or the stage's start before it: thresholds began at 0 there. */
  readonly base: EventOf<'units'> | null;
  /** Weight of the regularizers in the steps before it. */
  readonly lambda: number;
  /** Active parameters before it; null where nothing told. */
  readonly before: number | null;
}

export interface Chronicle {
  readonly places: readonly Place[];
  /** Cells in stages before the joint one. */
  readonly stages: number;
  readonly commits: readonly Commit[];
  readonly regrowths: readonly { readonly event: EventOf<'regrown'>; readonly lambda: number }[];
  /** Operations that a user pruned or regrew. */
  readonly byHand: readonly { readonly event: EventOf<'steered'>; readonly lambda: number }[];
  /** The newest units. */
  readonly last: EventOf<'units'> | null;
}

/** @returns null before the search was started. */
export function chronicleOf(events: readonly SearchEvent[]): Chronicle | null {
  const [started] = events;
  if (started?.type !== 'started') return null;
  const commits: Commit[] = [];
  const regrowths: { event: EventOf<'regrown'>; lambda: number }[] = [];
  const byHand: { event: EventOf<'steered'>; lambda: number }[] = [];
  let lambda = 0;
  let pruned: EventOf<'pruned'> | null = null;
  let base: EventOf<'units'> | null = null;
  let last: EventOf<'units'> | null = null;
  let active: number | null = null;
  /** Its units follow. */
  let open = false;
  for (const event of events) {
    switch (event.type) {
      case 'step':
        lambda = event.lambda;
        break;
      case 'stage-started':
        active = event.parameters.active;
        break;
      case 'pruned':
        pruned = event;
        break;
      case 'committed':
        commits.push({ committed: event, pruned, units: null, base, lambda, before: active });
        active = event.parameters.active;
        pruned = null;
        open = true;
        break;
      case 'units':
        if (open) commits[commits.length - 1] = { ...commits.at(-1)!, units: event };
        open = false;
        if (event.committed) base = event;
        last = event;
        break;
      case 'regrown':
        regrowths.push({ event, lambda });
        break;
      case 'steered':
        if (event.refusal === null && ['prune', 'regrow'].includes(event.change.kind))
          byHand.push({ event, lambda });
        break;
      default:
    }
  }
  const { space } = started.settings;
  return { places: placesOf(space), stages: stageCount(space), commits, regrowths, byHand, last };
}

export const cellIn = (units: EventOf<'units'> | null, cell: number): CellUnits | undefined =>
  units?.cells.find((one) => one.cell === cell);

export const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
