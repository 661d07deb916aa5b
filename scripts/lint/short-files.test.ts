import { Linter } from 'eslint';
import { describe, expect, it } from 'vitest';
// @ts-expect-error The rule is plain JavaScript, as ESLint loads it.
import { shortFiles } from './short-files.js';

const complaints = (code: string): string[] =>
  new Linter()
    .verify(code, {
      plugins: { project: { rules: { 'short-files': shortFiles } } },
      rules: { 'project/short-files': 'error' },
    })
    .map(({ message }) => message);
const lines = (count: number): string => 'export {};\n'.repeat(count);

describe('a file', () => {
  it('may have 250 lines', () => {
    expect(complaints(lines(250))).toEqual([]);
    expect(complaints(lines(251))).toEqual([expect.stringContaining('251 lines')]);
  });

  it('states in its first comment why it has more', () => {
    const why = '/** All opcodes. Over 250 lines: one table. */\n';
    expect(complaints(why + lines(300))).toEqual([]);
    expect(complaints(lines(300) + why)).toHaveLength(1);
    expect(complaints(`/** All opcodes. Over 250 lines: */\n${lines(300)}`)).toHaveLength(1);
  });
});
