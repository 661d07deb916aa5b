/** Why the filters or weights of an operation were pruned. Pure. */
import { gateScale, unitCauses } from '../../domain/events/events.ts';
import type { FilterUnits } from '../../domain/events/events.ts';
import { decimal, integer, plural } from '../format.ts';
import { cellIn, sum } from './chronicle.ts';
import type { Chronicle, Commit } from './chronicle.ts';
import { commitText, filtersTitle, momentOf, unitTitle } from './phrases.ts';
import type { Why, WhySubject } from './subject.ts';

type Filters = Extract<WhySubject, { kind: 'filters' }>;
type Weights = Extract<WhySubject, { kind: 'weights' }>;

const { threshold: byThreshold, operation: withOperation, hand } = unitCauses;

export const filtersIn = (
  units: Commit['units'],
  { cell, unit, part }: Omit<Filters, 'kind'>,
): FilterUnits | undefined =>
  cellIn(units, cell)?.filters.find((one) => one.unit === unit && one.part === part);

/** How many a commit took from a group by their own threshold. */
export const takenFrom = ({ causes = '' }: Pick<FilterUnits, 'causes'>): number =>
  [...causes].filter((letter) => letter === byThreshold).length;

/** Of a commit that took filters from the group, the last one. */
export function whyFilters(told: Chronicle, subject: Filters): Why | null {
  const { cell, unit } = subject;
  const title = filtersTitle(told.places, subject);
  for (const commit of told.commits.toReversed()) {
    const group = filtersIn(commit.units, subject);
    const letters = group?.causes ?? '';
    if (!group) continue;
    if (letters.includes(withOperation) || letters.includes(hand))
      return {
        title,
        rule: 'threshold',
        sentences: [
          `Removed at ${momentOf(commit, told)}, together with their operation: pruning an operation also removes its filters and weights.`,
          `${commitText(commit)}; ${plural([...letters].filter((l) => l === withOperation || l === hand).length, 'filter')} of this convolution were removed this way.`,
        ],
        units:
          unit === null
            ? []
            : [
                {
                  label: unitTitle(told.places[unit]!, cell),
                  subject: { kind: 'operation', cell, unit },
                },
              ],
      };
    const taken = takenFrom(group);
    if (taken === 0) continue;
    const gates = group.gates.filter((_, i) => letters[i] === byThreshold);
    const largest = Math.max(...gates) / gateScale;
    const since = commit.base ? `, grown from 0 since step ${integer(commit.base.step)}` : '';
    const left = [...group.alive].filter((digit) => digit === '1').length;
    return {
      title,
      rule: 'threshold',
      sentences: [
        `Pruned at ${momentOf(commit, told)}: ${taken === 1 ? 'the gate of 1 filter' : `the gates of ${taken} filters`}, ${taken === 1 ? '' : 'at most '}${decimal(largest)}, did not exceed the threshold of their convolution, ${decimal(group.threshold)}${since}.`,
        `${commitText(commit, { filters: taken })}; ${left} of the ${group.gates.length} filters that it had were left.`,
      ],
      units: [],
    };
  }
  return null;
}

/** Of the last commit that masked weights of the operation. */
export function whyWeights(told: Chronicle, { cell, unit }: Weights): Why | null {
  const place = told.places[unit];
  if (!place) return null;
  for (const commit of told.commits.toReversed()) {
    const own = cellIn(commit.units, cell)?.weights.find((one) => one.unit === unit);
    const masked = own ? sum(own.masked) : 0;
    if (
      !own ||
      masked === 0 ||
      !commit.pruned?.weights.some((one) => one.cell === cell && one.count > 0)
    )
      continue;
    const left = sum(own.alive);
    const removed = own.total - left - masked;
    const since = commit.base ? `, grown from 0 since step ${integer(commit.base.step)}` : '';
    return {
      title: `Weights of ${unitTitle(place, cell)}`,
      rule: 'threshold',
      sentences: [
        `Masked at ${momentOf(commit, told)} or before: ${plural(masked, 'weight')} whose magnitude did not exceed the threshold of the operation, ${decimal(own.threshold)}${since}.`,
        `${commitText(commit)}; ${integer(left)} of ${integer(own.total)} weights were left${removed > 0 ? `, and ${integer(removed)} were removed with filters` : ''}.`,
      ],
      units: [],
    };
  }
  return null;
}
