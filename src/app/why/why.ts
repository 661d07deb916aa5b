/**
 * Why a unit was pruned or regrown, in two sentences: by which rule and how it came to that, and how things stood then. One
 * pure function of the run's events, for every place that shows a unit.
 */
import type { SearchEvent } from '../../domain/events/events.ts';
import { chronicleOf } from './chronicle.ts';
import type { Chronicle } from './chronicle.ts';
import { whyCommit } from './why-commit.ts';
import { whyFilters, whyWeights } from './why-group.ts';
import type { Why, WhySubject } from './subject.ts';
import { whyOperation } from './why-operation.ts';

const known = new WeakMap<
  readonly SearchEvent[],
  { length: number; chronicle: Chronicle | null }
>();

function chronicle(events: readonly SearchEvent[]): Chronicle | null {
  const last = known.get(events);
  if (last?.length === events.length) return last.chronicle;
  const fresh = chronicleOf(events);
  known.set(events, { length: events.length, chronicle: fresh });
  return fresh;
}

/** @param events up to the moment that is looked at. @returns null for a unit that was never pruned nor regrown. */
export function why(events: readonly SearchEvent[], subject: WhySubject): Why | null {
  const told = chronicle(events);
  if (!told) return null;
  switch (subject.kind) {
    case 'operation':
      return whyOperation(told, subject);
    case 'filters':
      return whyFilters(told, subject);
    case 'weights':
      return whyWeights(told, subject);
    case 'commit':
      return whyCommit(told, subject);
  }
}
