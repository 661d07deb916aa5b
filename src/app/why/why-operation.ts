/** Why a candidate operation was pruned or regrown. Pure. */
import { decimal, integer } from '../format.ts';
import { cellIn } from './chronicle.ts';
import type { Chronicle, Commit } from './chronicle.ts';
import { wordsOf } from '../store/state-name.ts';
import { commitText, momentOf, sizeText, unitTitle } from './phrases.ts';
import type { Why, WhySubject } from './subject.ts';

type Subject = Extract<WhySubject, { kind: 'operation' }>;
type Regrowth = Chronicle['regrowths'][number];
type ByHand = Chronicle['byHand'][number];

/** One thing that happened to it. */
type Change =
  | {
      step: number;
      kind: 'pruned';
      commit: Commit;
      importance: number;
      threshold: number;
      again: boolean;
    }
  | { step: number; kind: 'regrown'; regrowth: Regrowth; cellScore: number; typeScore: number }
  | { step: number; kind: 'hand'; steered: ByHand };

export function whyOperation(told: Chronicle, { cell, unit, step }: Subject): Why | null {
  const place = told.places[unit];
  if (!place) return null;
  const changes = changesOf(told, cell, unit);
  const at =
    step === undefined ? changes.length - 1 : changes.findLastIndex((one) => one.step === step);
  const change = changes[at];
  if (!change) return null;
  const before = changes[at - 1];
  const title = unitTitle(place, cell);
  if (change.kind === 'pruned')
    return {
      title,
      rule: 'threshold',
      sentences: [
        prunedText(told, change, cell, unit),
        `${commitText(change.commit, { operations: 1 })}; ${sizeText(change.commit.base, cell, unit, told.places.length)}.`,
      ],
      units: companions(told, change.commit, cell, unit),
    };
  return {
    title,
    rule: change.kind === 'regrown' ? 'regrowth' : 'threshold',
    sentences:
      change.kind === 'regrown'
        ? regrownText(change, before)
        : handText(told, change.steered, cell, unit, before),
    units: [],
  };
}

function changesOf(
  { commits, regrowths, byHand, places }: Chronicle,
  cell: number,
  unit: number,
): Change[] {
  const { edge, operation } = places[unit]!;
  const here = (one: { cell: number; edge: number; operation: string }): boolean =>
    one.cell === cell && one.edge === edge && one.operation === operation;
  const changes: Change[] = [];
  for (const commit of commits) {
    const own = commit.pruned?.operations.find(here);
    if (own)
      changes.push({
        ...{ step: commit.committed.step, kind: 'pruned', commit, again: own.reprune },
        ...{ importance: own.importance, threshold: own.threshold },
      });
  }
  for (const regrowth of regrowths) {
    const own = regrowth.event.operations.find(here);
    if (own)
      changes.push({
        ...{ step: regrowth.event.step, kind: 'regrown', regrowth },
        ...{ cellScore: own.cellScore, typeScore: own.typeScore },
      });
  }
  for (const steered of byHand) {
    const { change } = steered.event;
    if ('cell' in change && here(change))
      changes.push({ step: steered.event.step, kind: 'hand', steered });
  }
  return changes.sort((a, b) => a.step - b.step);
}

function prunedText(
  told: Chronicle,
  { commit, importance, threshold, again }: Extract<Change, { kind: 'pruned' }>,
  cell: number,
  unit: number,
): string {
  const then = cellIn(commit.base, cell)?.operations.importances[unit];
  const since = commit.base ? ` since step ${integer(commit.base.step)}` : '';
  const moved =
    then === undefined
      ? `its importance was ${decimal(importance)}`
      : `its importance had ${importance < then ? 'fallen' : importance > then ? 'risen' : 'stayed'}${importance === then ? ` at ${decimal(importance)}` : ` from ${decimal(then)} to ${decimal(importance)}`}`;
  const verb = again ? 'Pruned again, in a later stage,' : 'Pruned';
  return `${verb} at ${momentOf(commit, told)}: ${moved}, its threshold had grown from 0 to ${decimal(threshold)}${since}; only operations whose importance exceeds their threshold are kept.`;
}

function regrownText(
  { regrowth, cellScore, typeScore }: Extract<Change, { kind: 'regrown' }>,
  before: Change | undefined,
): [string, string] {
  const { event, lambda } = regrowth;
  const others = event.operations.length - 1;
  const was =
    before?.kind === 'pruned'
      ? `it had been pruned at step ${integer(before.step)}, with importance ${decimal(before.importance)} against threshold ${decimal(before.threshold)}`
      : 'it had been pruned before';
  return [
    `Regrown at step ${integer(event.step)}, after stage ${event.stage + 1}: pruned operations are sampled in proportion to the score of their ${wordsOf().group ?? wordsOf().part}, ${decimal(cellScore)} here, times that of their type, ${decimal(typeScore)}.`,
    `Lambda was ${decimal(lambda)} then, and ${others === 0 ? 'no other operation was regrown' : `${others} other ${others === 1 ? 'operation was' : 'operations were'} regrown with it`}; ${was}, and starts with newly initialized weights and a threshold of 0.`,
  ];
}

function handText(
  told: Chronicle,
  { event, lambda }: ByHand,
  cell: number,
  unit: number,
  before: Change | undefined,
): [string, string] {
  const at = `at step ${integer(event.step)}`;
  if (event.change.kind === 'regrow')
    return [
      `Regrown manually ${at}, with newly initialized weights and a threshold of 0.`,
      `Lambda was ${decimal(lambda)} then; ${before?.kind === 'pruned' ? `it had been pruned at step ${integer(before.step)}, with importance ${decimal(before.importance)} against threshold ${decimal(before.threshold)}` : 'it had been pruned before'}.`,
    ];
  const stood = event.unit
    ? `, with importance ${decimal(event.unit.importance)} against threshold ${decimal(event.unit.threshold)}`
    : '';
  const units = told.commits.findLast(({ committed }) => committed.step <= event.step)?.units;
  return [
    `Pruned manually ${at}${stood}: a manual change overrides the threshold.`,
    `Lambda was ${decimal(lambda)} then; ${sizeText(units ?? told.last, cell, unit, told.places.length)}.`,
  ];
}

/** The other operations that the same commit pruned. */
function companions(
  { places }: Chronicle,
  { pruned, committed }: Commit,
  cell: number,
  unit: number,
): Why['units'] {
  return (pruned?.operations ?? []).flatMap((one) => {
    const place = places.find(
      ({ edge, operation }) => edge === one.edge && operation === one.operation,
    );
    return place && !(one.cell === cell && place.unit === unit)
      ? [
          {
            label: unitTitle(place, one.cell),
            subject: {
              kind: 'operation' as const,
              cell: one.cell,
              unit: place.unit,
              step: committed.step,
            },
          },
        ]
      : [];
  });
}
