import { describe, expect, it } from 'vitest';
import { readEmbed } from './address.ts';

const read = (query: string) => readEmbed(new URL(`https://lab.example/course/?${query}`));

describe('the address of an embedded view', () => {
  it('names a view and a recorded search, or a run file of the same origin', () => {
    expect(read('')).toBeNull();
    expect(read('embed=balance')).toEqual({ view: 'balance', run: null, theme: null, step: null });
    const recorded = {
      view: 'balance',
      run: { recorded: 'recorded-tiny' },
      theme: null,
      step: null,
    };
    expect(read('embed=balance&run=tiny')).toEqual(recorded);
    expect(read('embed=balance&run=recorded-tiny')).toEqual(recorded);
    const file = read('embed=trade-off&run=runs/mine.json&theme=dark&step=400');
    expect(file?.run).toEqual({ file: new URL('https://lab.example/course/runs/mine.json') });
    expect([file?.theme, file?.step]).toEqual(['dark', 400]);
  });

  it.each([
    ['embed=nothing', /embed=nothing: .*overview, balance/],
    ['embed=library', /embed=library/],
    ['embed=balance&run=https://elsewhere.example/run.json', /must be on https:\/\/lab\.example/],
    ['embed=balance&run=javascript:alert(1)', /must be on/],
    ['embed=balance&theme=blue', /light or dark/],
    ['embed=balance&step=-1', /whole number/],
  ])('%s is rejected with the reason', (query, message) => {
    expect(() => read(query)).toThrow(message);
  });
});
