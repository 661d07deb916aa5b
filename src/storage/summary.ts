/** The figures and the status of a run, folded from its events. Pure. */
import type { Ancestor } from '../domain/events/ancestry.ts';
import type { SearchEvent } from '../domain/events/events.ts';
import type { RunStatus, RunSummary } from './records.ts';

export function summarize(summary: RunSummary, events: readonly SearchEvent[]): RunSummary {
  return events.reduce(summarizeOne, summary);
}

function summarizeOne(summary: RunSummary, event: SearchEvent): RunSummary {
  const base = { ...summary, step: event.step, time: event.time };
  switch (event.type) {
    case 'stage-started':
      return { ...base, stage: event.stage, parameters: event.parameters };
    case 'ratios':
    case 'committed':
    case 'stage-finished':
      return { ...base, parameters: event.parameters };
    case 'evaluated':
      return { ...base, accuracy: event.accuracy, images: event.images };
    case 'finished':
      return {
        ...base,
        parameters: event.parameters,
        accuracy: event.accuracy,
        targetReached: event.targetReached,
      };
    case 'forked':
      return { ...base, ancestry: [...(summary.ancestry ?? []), ancestorOf(event)] };
    default:
      return base;
  }
}

export function ancestorOf({
  parent,
  step,
  changes,
}: Extract<SearchEvent, { type: 'forked' }>): Ancestor {
  return { ...parent, step, changes };
}

export function statusAfter(status: RunStatus, events: readonly SearchEvent[]): RunStatus {
  for (const { type } of events.toReversed()) {
    if (type === 'finished' || type === 'stopped' || type === 'failed') return type;
  }
  return status;
}
