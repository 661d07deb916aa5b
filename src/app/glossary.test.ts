import katex from 'katex';
import { describe, expect, it } from 'vitest';
import { glossary, termIds, termsIn } from './glossary.ts';
import { stops } from './learn/stops.ts';

describe('glossary', () => {
  it.each(termIds)(
    '%s has one short definition, a section of the paper and a stop that exists',
    (id) => {
      const { term, definition, section, stop, formula } = glossary[id];
      expect(term).toMatch(/^[a-z][a-z -]+$/);
      expect(definition).toMatch(/^[A-Z].*\.$/);
      expect(definition.length).toBeLessThan(200);
      expect(section).toMatch(/^(III|IV), /);
      if (stop !== null) expect(stops[stop]).toBeDefined();
      if (formula)
        expect(() => katex.renderToString(formula, { throwOnError: true })).not.toThrow();
    },
  );

  it('gives every stop of the tour a term', () => {
    const shown = new Set(termIds.map((id) => glossary[id].stop));
    expect(stops.map((_, i) => i).filter((i) => !shown.has(i))).toEqual([9]);
  });
});

describe('termsIn', () => {
  it('marks the first mention of each term, the longest words first, and keeps the text', () => {
    const text =
      'A commit removes candidate operations; the next commit, in the joint stage, more.';
    const pieces = termsIn(text);
    expect(pieces.map((piece) => (typeof piece === 'string' ? piece : piece.text)).join('')).toBe(text); // prettier-ignore
    expect(pieces.flatMap((piece) => (typeof piece === 'string' ? [] : [piece.id]))).toEqual([
      ...['commit', 'candidate-operation', 'joint-stage'],
    ]);
  });

  it('marks whole words only', () => {
    expect(termsIn('committed, cellular, pre-stage and max-edge')).toEqual([
      'committed, cellular, pre-stage and max-edge',
    ]);
    expect(termsIn('')).toEqual([]);
  });
});
