import { expect, it } from 'vitest';
import { tables, textOf, withTables } from './tables.ts';

it.each(Object.keys(tables))(
  'the tables of %s are as the program is (else: npm run tables)',
  (file) => {
    const text = textOf(file);
    expect(text).toBe(withTables(file, text));
  },
);

it('a missing place or outdated content of a table is detected', () => {
  expect(() => withTables('README.md', 'nothing')).toThrow('README.md has no place');
  const stale = '<!-- views: written by npm run tables -->\nold\n<!-- end -->';
  expect(withTables('README.md', stale)).toContain('| Overview | 1 |');
});
