/** The list of what happened to units, in order: entries of an event, one a unit or a cell's share of them. */
import type { ForkChange } from '../../domain/events/ancestry.ts';
import type { SearchEvent } from '../../domain/events/events.ts';
import type { Steering } from '../../domain/events/steering-schema.ts';
import type { Granularity } from '../../domain/granularities.ts';
import type { OperationName } from '../../domain/operations/registry.ts';

export const logKinds = [
  'pruned',
  're-pruned',
  'regrown',
  'committed',
  'evaluated',
  'stage',
  'steered',
  'forked',
] as const;
export type LogKind = (typeof logKinds)[number];

interface EntryBase {
  id: number;
  step: number;
  time: number;
  stage: number;
}

interface Place {
  cell: number;
  from: number;
  to: number;
  operation: OperationName;
}

export type LogEntry = EntryBase &
  (
    | ({
        kind: 'pruned' | 're-pruned';
        granularity: 'operation';
        importance: number;
        threshold: number;
      } & Place)
    | {
        kind: 'pruned' | 're-pruned';
        granularity: 'filter' | 'weight';
        cell: number;
        count: number;
      }
    | ({ kind: 'regrown'; granularity: 'operation'; round: number } & Place)
    | {
        kind: 'committed';
        round: number;
        active: number;
        memoryBefore: number;
        memoryAfter: number;
      }
    | { kind: 'evaluated'; accuracy: number; images: number; active: number }
    /** `was`: the value before; absent where the change sets none, or it is not known. */
    | { kind: 'steered'; change: Steering; refusal: string | null; was?: number }
    | { kind: 'forked'; parent: string; changes: readonly ForkChange[] }
    | {
        kind: 'stage';
        started: true;
        joint: boolean;
        firstCell: number;
        lastCell: number;
        active: number;
        goal: number;
      }
    | {
        kind: 'stage';
        started: false;
        /** Of the joint stage. */
        joint?: true;
        reason: Extract<SearchEvent, { type: 'stage-finished' }>['reason'];
        active: number;
      }
  );

/** Old entries make room: the list is for reading along, the whole stream is not kept in the page. */
export const maxEntries = 5_000;

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

/** @param regrowths regrowth rounds before this event. @param was what a changed value was before it. */
export function entriesOf(
  event: SearchEvent,
  regrowths: number,
  was?: number,
): WithoutId<LogEntry>[] {
  const { step, time } = event;
  switch (event.type) {
    case 'pruned':
      return prunedEntries(event);
    case 'regrown':
      return event.operations.map(({ cell, from, to, operation }) => ({
        ...{
          step,
          time,
          stage: event.stage,
          kind: 'regrown',
          granularity: 'operation',
          round: regrowths + 1,
        },
        ...{ cell, from, to, operation },
      }));
    case 'committed': {
      const { stage, round, parameters, memoryBefore, memoryAfter } = event;
      return [
        {
          step,
          time,
          stage,
          kind: 'committed',
          round,
          active: parameters.active,
          memoryBefore,
          memoryAfter,
        },
      ];
    }
    case 'evaluated':
      return [
        {
          step,
          time,
          stage: event.stage,
          kind: 'evaluated',
          accuracy: event.accuracy,
          images: event.images,
          active: event.parameters,
        },
      ];
    case 'stage-started': {
      const { stage, joint, firstCell, lastCell, parameters, goalParameters } = event;
      return [
        {
          step,
          time,
          stage,
          kind: 'stage',
          started: true,
          joint,
          firstCell,
          lastCell,
          active: parameters.active,
          goal: goalParameters,
        },
      ];
    }
    case 'steered':
      return [
        {
          step,
          time,
          stage: event.stage,
          kind: 'steered',
          change: event.change,
          refusal: event.refusal,
          ...(was !== undefined && { was }),
        },
      ];
    case 'forked':
      return [
        {
          ...{ step, time, stage: event.stage, kind: 'forked' },
          ...{ parent: event.parent.name, changes: event.changes },
        },
      ];
    case 'stage-finished':
      return [
        {
          step,
          time,
          stage: event.stage,
          kind: 'stage',
          started: false,
          reason: event.reason,
          active: event.parameters.active,
        },
      ];
    default:
      return [];
  }
}

function prunedEntries(event: Extract<SearchEvent, { type: 'pruned' }>): WithoutId<LogEntry>[] {
  const { step, time, stage } = event;
  const kindOf = (reprune: boolean) => (reprune ? 're-pruned' : 'pruned');
  const counted = (
    granularity: Exclude<Granularity, 'operation'>,
    all: readonly { cell: number; count: number; reprune: boolean }[],
  ) =>
    all
      .filter(({ count }) => count > 0)
      .map(
        ({ cell, count, reprune }) =>
          ({ step, time, stage, kind: kindOf(reprune), granularity, cell, count }) as const,
      );
  return [
    ...event.operations.map(
      ({ cell, from, to, operation, importance, threshold, reprune }) =>
        ({
          step,
          time,
          stage,
          kind: kindOf(reprune),
          granularity: 'operation',
          cell,
          from,
          to,
          operation,
          importance,
          threshold,
        }) as const,
    ),
    ...counted('filter', event.filters),
    ...counted('weight', event.weights),
  ];
}

export interface Log {
  readonly entries: readonly LogEntry[];
  readonly nextId: number;
}

export const emptyLog: Log = { entries: [], nextId: 1 };

export function appendLog(log: Log, event: SearchEvent, regrowths: number, was?: number): Log {
  const fresh = entriesOf(event, regrowths, was);
  if (fresh.length === 0) return log;
  const joint = isJoint(log);
  const entries = [
    ...log.entries,
    ...fresh.map((entry, i) => {
      const ends = entry.kind === 'stage' && !entry.started && joint;
      return { ...entry, ...(ends && { joint: true }), id: log.nextId + i } as LogEntry;
    }),
  ];
  return {
    entries: entries.length > maxEntries ? entries.slice(-maxEntries) : entries,
    nextId: log.nextId + fresh.length,
  };
}

/** Whether the stage that began last is the joint one. */
function isJoint({ entries }: Log): boolean {
  const last = entries.findLast((entry) => entry.kind === 'stage' && entry.started);
  return last?.kind === 'stage' && last.started && last.joint;
}
