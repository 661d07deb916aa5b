/** What became of each candidate operation: a fold over 'pruned' and 'regrown' events. */
import type { SearchEvent, UnitPlace } from '../../domain/events/events.ts';

export interface UnitChange {
  kind: 'pruned' | 're-pruned' | 'regrown';
  step: number;
  stage: number;
  /** Of a pruned operation: its importance did not exceed its threshold. */
  importance?: number;
  threshold?: number;
  /** A user's change, whatever importance and threshold say. */
  byHand?: true;
}

export interface UnitState {
  alive: boolean;
  /** It was regrown at least once. */
  regrown: boolean;
  history: readonly UnitChange[];
}

/** Candidates that were ever pruned; all others live as they were born. */
export type Units = Readonly<Record<string, UnitState>>;

export const untouched: UnitState = { alive: true, regrown: false, history: [] };

export function unitKey({ cell, from, to, operation }: Omit<UnitPlace, 'edge'>): string {
  return `${cell}:${from}>${to}:${operation}`;
}

export function pruneUnits(units: Units, event: Extract<SearchEvent, { type: 'pruned' }>): Units {
  if (event.operations.length === 0) return units;
  const next = { ...units };
  for (const operation of event.operations) {
    const { importance, threshold, reprune } = operation;
    const key = unitKey(operation);
    const before = next[key] ?? untouched;
    const change: UnitChange = {
      kind: reprune ? 're-pruned' : 'pruned',
      step: event.step,
      stage: event.stage,
      importance,
      threshold,
    };
    next[key] = { ...before, alive: false, history: [...before.history, change] };
  }
  return next;
}

export function regrowUnits(units: Units, event: Extract<SearchEvent, { type: 'regrown' }>): Units {
  const next = { ...units };
  for (const operation of event.operations) {
    const key = unitKey(operation);
    const before = next[key] ?? untouched;
    const change: UnitChange = { kind: 'regrown', step: event.step, stage: event.stage };
    next[key] = { alive: true, regrown: true, history: [...before.history, change] };
  }
  return next;
}
