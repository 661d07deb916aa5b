/** Why units of a cell, or of the whole network, went at a commit or came back after a stage. Pure. */
import { decimal, integer, plural } from '../format.ts';
import { cellName, wordsOf } from '../store/state-name.ts';
import { sum } from './chronicle.ts';
import type { Chronicle, Commit } from './chronicle.ts';
import {
  commitText,
  filtersTitle,
  leftText,
  listed,
  momentOf,
  prunedBy,
  unitTitle,
} from './phrases.ts';
import { takenFrom } from './why-group.ts';
import type { Why, WhySubject } from './subject.ts';

type Subject = Extract<WhySubject, { kind: 'commit' }>;

/** Units that are listed. */
const most = 24;

export function whyCommit(told: Chronicle, { step, cell, level }: Subject): Why | null {
  const commit = told.commits.findLast(({ committed }) => committed.step <= step);
  const regrowth = told.regrowths.findLast(({ event }) => event.step <= step);
  const grown = (regrowth?.event.operations ?? []).filter(
    (one) => cell === undefined || one.cell === cell,
  );
  if (regrowth && grown.length > 0 && regrowth.event.step >= (commit?.committed.step ?? 0)) {
    const { event, lambda } = regrowth;
    const where = cell === undefined ? '' : ` in ${cellName(cell)}`;
    return {
      title: `Regrowth at step ${integer(event.step)}${cell === undefined ? '' : `, ${cellName(cell)}`}`,
      rule: 'regrowth',
      sentences: [
        `${plural(grown.length, 'operation')} regrown${where} after stage ${event.stage + 1}: pruned operations are sampled in proportion to the score of their ${wordsOf().group ?? wordsOf().part} times that of their type, here at most ${decimal(Math.max(...grown.map(({ cellScore, typeScore }) => cellScore * typeScore)))}.`,
        `Lambda was ${decimal(lambda)} then; ${plural(event.operations.length, 'operation')} regrown in total, each with newly initialized weights and a threshold of 0.`,
      ],
      units: labelled(told, grown, event.step),
    };
  }
  if (!commit) return null;
  const counts = prunedBy(commit, cell);
  const own = level
    ? { operations: 0, filters: 0, weights: 0, [`${level}s`]: counts[`${level}s`] }
    : counts;
  const removed = listed(own.operations, own.filters, own.weights);
  const where = cell === undefined ? '' : ` in ${cellName(cell)}`;
  const moment = momentOf(commit, told);
  return {
    title: `${moment[0]!.toUpperCase()}${moment.slice(1)}${cell === undefined ? '' : `, ${cellName(cell)}`}`,
    rule: 'threshold',
    sentences: [
      removed === 'nothing'
        ? `The commit at ${moment} removed nothing${level ? ` at the level of ${level}s` : ''}${where}: every unit exceeded its threshold, or was the last of its group.`
        : `The commit at ${moment} removed ${removed}${where}: the importance of each did not exceed its learned threshold${commit.base ? `, grown from 0 since step ${integer(commit.base.step)}` : ''}.`,
      cell === undefined && level === undefined
        ? `Lambda was ${decimal(commit.lambda)} then; ${leftText(commit)}.`
        : `${commitText(commit, own)}; ${leftText(commit)}.`,
    ],
    units: unitsOf(told, commit, cell, level),
  };
}

function labelled(
  { places }: Chronicle,
  operations: readonly { cell: number; edge: number; operation: string }[],
  step: number,
): Why['units'] {
  return operations.slice(0, most).flatMap((one) => {
    const place = places.find(
      ({ edge, operation }) => edge === one.edge && operation === one.operation,
    );
    return place
      ? [
          {
            label: unitTitle(place, one.cell),
            subject: { kind: 'operation' as const, cell: one.cell, unit: place.unit, step },
          },
        ]
      : [];
  });
}

/** The units that can be looked at on their own. */
function unitsOf(
  told: Chronicle,
  commit: Commit,
  cell?: number,
  level?: Subject['level'],
): Why['units'] {
  const here = (one: number): boolean => cell === undefined || one === cell;
  const operations = labelled(
    told,
    (commit.pruned?.operations ?? []).filter((one) => here(one.cell)),
    commit.committed.step,
  );
  if (level === undefined || level === 'operation') return operations;
  const cells = (commit.units?.cells ?? []).filter((one) => here(one.cell));
  const units =
    level === 'filter'
      ? cells.flatMap((one) =>
          one.filters
            .filter((group) => takenFrom(group) > 0)
            .map(({ unit, part }) => ({
              label: filtersTitle(told.places, { cell: one.cell, unit, part }),
              subject: { kind: 'filters' as const, cell: one.cell, unit, part },
            })),
        )
      : cells.flatMap((one) =>
          one.weights
            .filter(({ masked }) => sum(masked) > 0)
            .map(({ unit }) => ({
              label: unitTitle(told.places[unit]!, one.cell),
              subject: { kind: 'weights' as const, cell: one.cell, unit },
            })),
        );
  return units.slice(0, most);
}
