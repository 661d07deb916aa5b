/** Whether a search went as its recording, and where it first did not. Pure. */
import type { Architecture } from '../src/domain/architecture/schema.ts';
import type { SearchEvent } from '../src/domain/events/events.ts';
import { searchPoints } from '../src/domain/events/series.ts';

export interface Difference {
  readonly step: number;
  /** What differs, and how. */
  readonly text: string;
}

/** Numbers of the machine, not of the search. */
const ofMachine = /^device\//;
/** Of loss and gradient, relative: drivers of one kind sum in another order from version to version. */
const tolerance = 1e-4;

/** Events that a search's course consists of. */
const course: ReadonlySet<SearchEvent['type']> = new Set([
  ...(['step', 'ratios', 'pruned', 'committed', 'regrown', 'evaluated'] as const),
  ...(['stage-started', 'stage-finished', 'finished'] as const),
]);

/**
 * @param replayed a part is enough: what comes after it is not compared.
 * @returns null where the replayed events are the recorded ones.
 */
export function firstDifference(
  recorded: readonly SearchEvent[],
  replayed: readonly SearchEvent[],
): Difference | null {
  const before = recorded.filter(({ type }) => course.has(type));
  const now = replayed.filter(({ type }) => course.has(type));
  for (const [i, event] of now.entries()) {
    const other = before[i];
    if (!other) return { step: event.step, text: `the recording ends before this ${event.type}` };
    if (other.type !== event.type || other.step !== event.step)
      return {
        step: event.step,
        text: `${other.type} at step ${other.step} in the recording, ${event.type} at step ${event.step} now`,
      };
    const text = differenceOf(other, event);
    if (text !== null) return { step: event.step, text };
  }
  return null;
}

function differenceOf(was: SearchEvent, is: SearchEvent): string | null {
  const points = new Map(searchPoints(was).map(({ name, value }) => [name, value]));
  for (const { name, value } of searchPoints(is)) {
    const before = points.get(name);
    if (ofMachine.test(name) || before === undefined) continue;
    if (Math.abs(value - before) > tolerance * Math.max(1e-3, Math.abs(before)))
      return `${name} was ${before} and is ${value}`;
  }
  if (was.type === 'pruned' && is.type === 'pruned') return listDifference('pruned', was, is);
  if (was.type === 'regrown' && is.type === 'regrown') return listDifference('regrown', was, is);
  if (was.type === 'finished' && is.type === 'finished')
    return architectureDifference(was.architecture, is.architecture);
  return null;
}

type Listed = Extract<SearchEvent, { type: 'pruned' | 'regrown' }>;

function listDifference(verb: string, was: Listed, is: Listed): string | null {
  const names = ({ operations }: Listed): string =>
    operations
      .map(({ cell, edge, operation }) => `${operation} on edge ${edge} of cell ${cell}`)
      .join(', ') || 'none';
  return names(was) === names(is)
    ? null
    : `operations ${verb} were ${names(was)} and are ${names(is)}`;
}

/** Of what was found, whatever version found it. */
export function architectureDifference(was: Architecture, is: Architecture): string | null {
  const parts = ['targetReached', 'steps', 'remaining', 'parameters', 'cells', 'head'] as const;
  const differing = parts.filter((part) => JSON.stringify(was[part]) !== JSON.stringify(is[part]));
  return differing.length === 0 ? null : `the architecture differs in ${differing.join(', ')}`;
}
