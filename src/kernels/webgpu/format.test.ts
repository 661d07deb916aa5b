/** Generated WGSL is read when something fails: it is formatted as a program, and has no numbers that a name should say. */
import { describe, expect, it } from 'vitest';
import { programs } from './testing/programs.ts';
import { source } from './wgsl-program.ts';

/** Lines that are not indented by their brackets, or hold more than one statement. */
function misformatted(code: string): string[] {
  let depth = 0;
  return code.split('\n').filter((line) => {
    const text = line.trim();
    const closing = /^[})]/.test(text) ? 1 : 0;
    const indented = line === ' '.repeat(2 * (depth - closing)) + text && text !== '';
    const words = text.replace(/\/\/.*|\/\*.*\*\//, '');
    const statements = words.startsWith('for (') ? words.replace(/^for \(.*\) \{$/, '') : words;
    const single = /^[^;]*;?$/.test(statements) && !/\{ \S/.test(statements);
    for (const bracket of words) {
      if ('({['.includes(bracket)) depth++;
      if (')}]'.includes(bracket)) depth--;
    }
    return !indented || !single;
  });
}

describe('generated WGSL', () => {
  it.each(programs.map((program) => [program.label, program] as const))('%s', (_, program) => {
    for (const subgroups of [false, true]) {
      const code = source(program, subgroups);
      expect(misformatted(code)).toEqual([]);
      expect(code.match(/0x[0-9a-f]+/i)).toBeNull();
      // Tables are only read by the readers of rows.
      const reads = code.split('\n').filter((line) => /\btables\[/.test(line));
      expect(reads.filter((line) => !/tables\[at( \+ \d+u)?\]/.test(line))).toEqual([]);
    }
  });
});
