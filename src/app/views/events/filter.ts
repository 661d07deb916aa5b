/** Which entries of the log are shown. Pure. */
import { granularities } from '../../../domain/granularities.ts';
import { allOperationNames } from '../../../domain/operations/registry.ts';
import type { Granularity } from '../../../domain/granularities.ts';
import type { OperationName } from '../../../domain/operations/registry.ts';
import { logKinds } from '../../store/log.ts';
import type { LogEntry, LogKind } from '../../store/log.ts';

export interface EventFilter {
  kinds: ReadonlySet<LogKind>;
  /** Null = all. Entries without the property are shown only then. */
  granularity: Granularity | null;
  /** Cells or layers: one of them, or a group. */
  cells: readonly number[] | null;
  operation: OperationName | null;
}

export const everything: EventFilter = {
  kinds: new Set(logKinds),
  granularity: null,
  cells: null,
  operation: null,
};

export function matches(
  { kinds, granularity, cells, operation }: EventFilter,
  entry: LogEntry,
): boolean {
  if (!kinds.has(entry.kind)) return false;
  if (granularity !== null && !('granularity' in entry && entry.granularity === granularity))
    return false;
  if (cells !== null && !('cell' in entry && cells.includes(entry.cell))) return false;
  return operation === null || ('operation' in entry && entry.operation === operation);
}

/** What an unchecked form control sends as its value. */
export function oneOf<T extends string>(all: readonly T[], value: string): T | null {
  return all.find((one) => one === value) ?? null;
}
export const granularityOf = (value: string): Granularity | null => oneOf(granularities, value);
export const operationOf = (value: string): OperationName | null => oneOf(allOperationNames, value);
