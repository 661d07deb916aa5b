/** One entry of the list of what happened, as a line. */
import { measuredText } from '../../domain/accuracy.ts';
import { memo } from 'react';
import type { CsvRows } from '../charts/csv.ts';
import { bytes, decimal, granularityNames, integer, plural } from '../format.ts';
import { operationTable } from '../../domain/operations/registry.ts';
import { stageEnds } from '../../domain/events/stage-ends.ts';
import type { OperationName } from '../../domain/operations/registry.ts';
import { fieldOf } from '../../domain/settings/fields.ts';
import { placesOf } from '../../domain/spaces/registry.ts';
import { cellName, cellRange, edgePlace, joined, placeName, wordsOf } from '../store/state-name.ts';
import { changesText } from '../fork/describe.ts';
import type { LogEntry } from '../store/log.ts';
import { shownSettings, shownState } from '../store/store.ts';
import { askWhy } from '../why/asked.ts';
import type { WhySubject } from '../why/subject.ts';
import { Glyph } from './icons.tsx';

export const LogRow = memo(function LogRow({ entry }: { entry: LogEntry }) {
  return (
    <li className="log-row" data-kind={entry.kind}>
      <span className="log-step">{integer(entry.step)}</span>
      <span className="log-glyph">
        {'granularity' in entry && <Glyph of={entry.granularity} />}
      </span>
      <span className="log-text">{describeEntry(entry)}</span>
      <span className="log-figure">{figureOf(entry)}</span>
      <WhyButton entry={entry} />
    </li>
  );
});

/** All entries as rows of a CSV, in order. */
export const logRows = (entries: readonly LogEntry[]): CsvRows => [
  ['step', 'kind', 'event', 'figure'],
  ...entries.map((entry) => [entry.step, entry.kind, describeEntry(entry), figureOf(entry)]),
];

const explained: ReadonlySet<LogEntry['kind']> = new Set([
  ...(['pruned', 're-pruned', 'regrown', 'committed'] as const),
]);

/** Of what happened to units. */
function WhyButton({ entry }: { entry: LogEntry }) {
  if (!explained.has(entry.kind)) return null;
  return (
    <button
      type="button"
      className="why-button"
      aria-label={`Why: ${describeEntry(entry)}`}
      onClick={() => askWhy(subjectOf(entry))}
    >
      Why
    </button>
  );
}

function subjectOf(entry: LogEntry): WhySubject {
  const { step } = entry;
  if (!('granularity' in entry)) return { kind: 'commit', step };
  const { cell, granularity } = entry;
  if (granularity !== 'operation') return { kind: 'commit', cell, level: granularity, step };
  const places = placesOf(shownSettings(shownState()).space);
  const { unit } = places.find(
    ({ from, to, operation }) =>
      from === entry.from && to === entry.to && operation === entry.operation,
  )!;
  return { kind: 'operation', cell, unit, step };
}

const verbs = { pruned: 'Pruned', 're-pruned': 'Re-pruned', regrown: 'Regrown' } as const;

/** Plain words; the row's glyph and colour only repeat them. */
export function describeEntry(entry: LogEntry): string {
  switch (entry.kind) {
    case 'pruned':
    case 're-pruned':
      return entry.granularity === 'operation'
        ? joined(
            `${verbs[entry.kind]} ${operationTable[entry.operation].short}`,
            cellName(entry.cell),
            placeName(entry),
          )
        : `${verbs[entry.kind]} ${plural(entry.count, granularityNames[entry.granularity].one)} in ${cellName(entry.cell)}`;
    case 'regrown':
      return joined(
        `Regrown ${operationTable[entry.operation].short}`,
        cellName(entry.cell),
        placeName(entry),
      );
    case 'committed':
      return `Commit ${entry.round}: ${plural(entry.active, 'parameter')} remaining`;
    case 'evaluated':
      return `Validation accuracy ${measuredText(entry.accuracy, entry.images)}`;
    case 'steered':
      return steeringText(entry);
    case 'forked':
      return `Forked from \u201c${entry.parent}\u201d: ${changesText(entry.changes)}`;
    case 'stage':
      return stageText(entry);
  }
}

function stageText(entry: Extract<LogEntry, { kind: 'stage' }>): string {
  if (!entry.started)
    return `${entry.joint ? 'Joint stage' : `Stage ${entry.stage + 1}`} finished: ${stageEnds[entry.reason]}`;
  return entry.joint
    ? `Joint stage begins, over all ${wordsOf().parts}`
    : `Stage ${entry.stage + 1} begins with ${cellRange(entry.firstCell, entry.lastCell)}`;
}

const deeds = {
  protect: 'Protected',
  release: 'No longer protected:',
  prune: 'Pruned manually:',
  regrow: 'Regrown manually:',
} as const;

function steeringText({ change, refusal, was }: Extract<LogEntry, { kind: 'steered' }>): string {
  const why = refusal ? `, refused: ${refusal}` : '';
  if (change.kind === 'lambda' || change.kind === 'set') {
    const name =
      change.kind === 'lambda' ? 'Lambda' : (fieldOf.get(change.setting)?.label ?? change.setting);
    const value =
      was === undefined
        ? valueText(change.value)
        : `${valueText(was)} \u2192 ${valueText(change.value)}`;
    return `${name}: ${value}${why}`;
  }
  const place = placeName(edgePlace(change.edge));
  const operation =
    change.operation in operationTable
      ? operationTable[change.operation as OperationName].short
      : change.operation;
  return `${joined(`${deeds[change.kind]} ${operation}`, cellName(change.cell), place)}${why}`;
}

/** Counts with separators, rates with the digits that matter. */
const valueText = (value: number): string =>
  Number.isInteger(value) ? integer(value) : decimal(value);

function figureOf(entry: LogEntry): string {
  switch (entry.kind) {
    case 'pruned':
    case 're-pruned':
      return entry.granularity === 'operation'
        ? `${decimal(entry.importance)} \u2264 ${decimal(entry.threshold)}`
        : '';
    case 'regrown':
      return `regrowth ${entry.round}`;
    case 'committed':
      return entry.memoryAfter === entry.memoryBefore
        ? ''
        : `${bytes(entry.memoryBefore)} \u2192 ${bytes(entry.memoryAfter)}`;
    case 'evaluated':
      return '';
    case 'steered':
      return entry.refusal ? 'refused' : 'manual';
    case 'forked':
      return 'fork';
    case 'stage':
      return `${integer(entry.active)}${entry.started ? ` \u2192 ${integer(entry.goal)}` : ''}`;
  }
}
