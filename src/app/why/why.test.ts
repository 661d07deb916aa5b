import { beforeAll, describe, expect, it } from 'vitest';
import type { SearchEvent } from '../../domain/events/events.ts';
import { granularities } from '../../domain/granularities.ts';
import { placesOf } from '../../domain/spaces/registry.ts';
import { sampleRun } from '../../engine/search/testing/sample-run.ts';
import { decimal, integer } from '../format.ts';
import { why } from './why.ts';
import type { Why } from './subject.ts';

type EventOf<T extends SearchEvent['type']> = Extract<SearchEvent, { type: T }>;

let events: SearchEvent[];
let of: <T extends SearchEvent['type']>(type: T) => EventOf<T>[];
let unitOf: (place: { edge: number; operation: string }) => number;

beforeAll(async () => {
  const sample = await sampleRun();
  ({ events } = sample);
  of = (type) => events.filter((event): event is EventOf<typeof type> => event.type === type);
  const places = placesOf(sample.settings.space);
  unitOf = (place) =>
    places.findIndex(({ edge, operation }) => edge === place.edge && operation === place.operation);
});

/** Two sentences, each one sentence. */
function sound(found: Why | null): Why {
  expect(found).not.toBeNull();
  for (const sentence of found!.sentences) {
    expect(sentence).toMatch(/^[A-Z][^]*\.$/);
    expect(sentence).not.toMatch(/\. [A-Z]|NaN|undefined|Infinity/);
  }
  return found!;
}

describe('why', () => {
  it('explains every operation that a commit pruned, by importance and threshold over time and lambda then', () => {
    let seen = 0;
    for (const { step, operations, stage } of of('pruned')) {
      const lambda = events
        .slice(
          0,
          events.findIndex((event) => event.type === 'pruned' && event.step === step),
        )
        .findLast((event) => event.type === 'step') as EventOf<'step'>;
      for (const operation of operations) {
        const { importance, threshold, cell } = operation;
        const found = sound(
          why(events, { kind: 'operation', cell, unit: unitOf(operation), step }),
        );
        const [how, then] = found.sentences;
        for (const part of [
          ...[`step ${integer(step)}`, decimal(importance), `from 0 to ${decimal(threshold)}`],
          stage === 3 ? 'the joint stage' : `stage ${stage + 1}`,
        ])
          expect(how).toContain(part);
        expect(then).toContain(`Lambda was ${decimal(lambda.lambda)} then`);
        // Of convolutions alone.
        expect(/it had [\d,]+( of [\d,]+)? weights, the /.test(then)).toBe(/conv/.test(operation.operation)); // prettier-ignore
        expect(found.rule).toBe('threshold');
        expect(found.units).toHaveLength(operations.length - 1);
        seen++;
      }
    }
    expect(seen).toBeGreaterThan(5);
  });

  it('explains every operation that was regrown, by its scores and what had pruned it', () => {
    const [regrown] = of('regrown');
    for (const operation of regrown!.operations) {
      const { cell, cellScore, typeScore } = operation;
      const { step } = regrown!;
      const found = sound(why(events, { kind: 'operation', cell, unit: unitOf(operation), step }));
      expect(found.rule).toBe('regrowth');
      expect(found.sentences[0]).toContain(decimal(cellScore));
      expect(found.sentences[0]).toContain(decimal(typeScore));
      expect(found.sentences[1]).toMatch(/it had been pruned at step \d+, with importance/);
    }
  });

  it('explains what a user pruned and regrew manually', () => {
    const change = { kind: 'prune', cell: 0, edge: 0, operation: 'sep_conv_3x3' } as const;
    const at = { step: 2, time: 1, stage: 0, refusal: null };
    const unit = { importance: 0.6, threshold: 0.1, reprune: false };
    const begun = events.slice(0, events.findIndex(({ type }) => type === 'step') + 1);
    const steered: SearchEvent[] = [
      ...begun,
      { type: 'steered', ...at, change, unit },
      { type: 'steered', ...at, step: 3, change: { ...change, kind: 'regrow' } },
    ];
    const subject = { kind: 'operation', cell: 0, unit: unitOf(change) } as const;
    expect(sound(why(steered, { ...subject, step: 2 })).sentences[0]).toBe(
      'Pruned manually at step 2, with importance 0.6 against threshold 0.1: a manual change overrides the threshold.',
    );
    expect(sound(why(steered, subject)).sentences[0]).toContain('Regrown manually at step 3');
  });

  it('explains filters and weights by the commit that removed them', () => {
    const judged = of('units').filter(({ committed }) => committed);
    let filters = 0;
    for (const { cells } of judged.slice(-1))
      for (const { cell, filters: groups, weights } of cells) {
        for (const { unit, part } of groups) {
          const found = why(events, { kind: 'filters', cell, unit, part });
          if (found) filters++;
          if (found) sound(found);
        }
        for (const { unit, masked } of weights)
          if (masked.some((count) => count > 0))
            sound(why(events, { kind: 'weights', cell, unit }));
      }
    expect(filters).toBeGreaterThan(3);
  });

  it('explains every commit, and each level of each cell of it, with the units that can be looked at', () => {
    for (const { step, operations } of of('pruned')) {
      const whole = sound(why(events, { kind: 'commit', step }));
      expect(whole.sentences[0]).toContain(`step ${integer(step)}`);
      expect(whole.units).toHaveLength(Math.min(24, operations.length));
      for (const cell of [0, 1, 2])
        for (const level of granularities) {
          const found = sound(why(events, { kind: 'commit', step, cell, level }));
          for (const { subject } of found.units) sound(why(events.slice(0, endOf(step)), subject));
        }
    }
  });

  it('explains nothing for unchanged units, nor before the start', () => {
    expect(why([], { kind: 'commit', step: 5 })).toBeNull();
    expect(why(events.slice(0, 4), { kind: 'operation', cell: 0, unit: 0 })).toBeNull();
    expect(why(events, { kind: 'operation', cell: 0, unit: 9_999 })).toBeNull();
  });
});

/** After all events of a step. */
const endOf = (step: number): number => events.findLastIndex((event) => event.step <= step) + 1;
