import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formOf, nouns } from './copy.ts';
import type { Noun } from './copy.ts';
import { plural } from './format.ts';

describe('counted nouns', () => {
  it.each([
    [0, 'class', '0 classes'],
    [1, 'class', '1 class'],
    [2, 'process', '2 processes'],
    [1, 'epoch', '1 epoch'],
    [12_345, 'parameter', '12,345 parameters'],
  ] as const)('%s %s: %s', (n, noun, text) => expect(plural(n, noun)).toBe(text));

  it('have all forms that English has', () => {
    const { pluralCategories } = new Intl.PluralRules('en-US').resolvedOptions();
    for (const noun of Object.keys(nouns) as Noun[])
      for (const category of pluralCategories) expect(nouns[noun]).toHaveProperty(category);
  });

  it('use the categories of a language with more forms', () => {
    const polish = new Intl.PluralRules('pl');
    const cell = {
      one: 'kom\u00f3rka',
      few: 'kom\u00f3rki',
      many: 'kom\u00f3rek',
      other: 'kom\u00f3rki',
    };
    expect([1, 2, 5, 22].map((n) => formOf(n, cell, polish))).toEqual([
      cell.one,
      cell.few,
      cell.many,
      cell.few,
    ]);
  });
});

/** Texts of a page's file: quoted ones and those between tags, of two words or more. */
const textsIn = (source: string): Set<string> =>
  new Set(
    [
      ...source
        .replace(/\/\*[\s\S]*?\*\/|^import .*$|(^|\s)\/\/.*$/gm, '')
        .matchAll(/(?:['"`]|>\s*)([A-Z][^'"`<>{}$]{13,}?)(?:['"`]|\s*<)/g),
    ]
      .map(([, text]) => text!.replace(/\s+/g, ' ').trim())
      .filter((text) => text.length > 13 && text.includes(' ')),
  );

it('texts that several files of the page use are in copy.ts', () => {
  const files = new Map<string, string[]>();
  for (const name of execFileSync('git', ['ls-files', 'src/app'], { encoding: 'utf8' }).split(
    '\n',
  )) {
    if (!/\.tsx?$/.test(name) || name.includes('.test.') || /(copy|glossary)\.ts$/.test(name))
      continue;
    for (const text of textsIn(readFileSync(name, 'utf8')))
      files.set(text, [...(files.get(text) ?? []), name]);
  }
  expect(files.size).toBeGreaterThan(200);
  expect([...files].filter(([, names]) => names.length > 1)).toEqual([]);
});
