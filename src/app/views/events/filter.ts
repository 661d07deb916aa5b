/** Which entries of the log are shown. Pure. */
import { granularities } from '../../../domain/granularities.ts';
import { operationNames } from '../../../domain/operations/registry.ts';
import type { Granularity } from '../../../domain/granularities.ts';
import type { OperationName } from '../../../domain/operations/registry.ts';
import { logKinds } from '../../store/log.ts';
import type { LogEntry, LogKind } from '../../store/log.ts';

export interface EventFilter {
  kinds: ReadonlySet<LogKind>;
  /** Null = all. Entries without the property are shown only then. */
  granularity: Granularity | null;
  cell: number | null;
  operation: OperationName | null;
}

export const everything: EventFilter = {
  kinds: new Set(logKinds),
  granularity: null,
  cell: null,
  operation: null,
};

export function matches(
  { kinds, granularity, cell, operation }: EventFilter,
  entry: LogEntry,
): boolean {
  if (!kinds.has(entry.kind)) return false;
  if (granularity !== null && !('granularity' in entry && entry.granularity === granularity))
    return false;
  if (cell !== null && !('cell' in entry && entry.cell === cell)) return false;
  return operation === null || ('operation' in entry && entry.operation === operation);
}

/** What an unchecked form control sends as its value. */
export function oneOf<T extends string>(all: readonly T[], value: string): T | null {
  return all.find((one) => one === value) ?? null;
}
export const granularityOf = (value: string): Granularity | null => oneOf(granularities, value);
export const operationOf = (value: string): OperationName | null => oneOf(operationNames, value);
