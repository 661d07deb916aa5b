/** Writes WGSL from TypeScript such that the generated program is indented and has one statement a line. */
import { ceilDiv } from './quad.ts';

/**
 * Template tag. The template's own indentation is removed; a value of several lines is indented as the line that holds
 * it; a line that only holds an empty value disappears.
 */
export function wgsl(
  strings: TemplateStringsArray,
  ...values: readonly (string | number)[]
): string {
  const lines = strings.raw.join('').split('\n').slice(1);
  const depths = lines.filter((line) => line.trim()).map((line) => line.search(/\S/));
  const margin = `\n${' '.repeat(depths.length > 0 ? Math.min(...depths) : 0)}`;
  const parts = strings.raw.map((part) => part.replaceAll(margin, '\n'));
  let code = parts[0]!.replace(/^\n/, '');
  values.forEach((value, i) => {
    const lineStart = code.lastIndexOf('\n') + 1;
    const line = code.slice(lineStart);
    const next = parts[i + 1]!;
    if (value === '' && line.trim() === '' && /^(\n|$)/.test(next)) {
      code = code.slice(0, lineStart) + next.slice(1);
      return;
    }
    const indent = ' '.repeat(line.length - line.trimStart().length);
    code += String(value).replaceAll('\n', `\n${indent}`) + next;
  });
  return code.trimEnd();
}

/** [0, n). */
export const sequence = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** `for` of code generation: `make(i)` for i in [0, n), a line each. */
export const unroll = (n: number, make: (i: number) => string): string =>
  sequence(n).map(make).join('\n');

/**
 * `make(0) + make(1) + ..` as one expression: a variable costs a software adapter a masked store each time it is written,
 * a value nothing.
 */
export const sum = (n: number, make: (i: number) => string): string =>
  sequence(n).map(make).join(' + ');

/** Component i of a vector. */
export const component = (i: number): string => 'xyzw'[i]!;

/**
 * Values that every invocation of a workgroup loads alike: `let name0 = load(0)`, and so on. With subgroups (of four lanes at
 * least, WebGPU promises) each lane loads one of four and hands it on: a quarter of the loads. Only where no invocation
 * has left, since its lane would be missed.
 * @param load WGSL of value i, a u32 expression.
 */
export function sharedLoads(
  subgroups: boolean,
  name: string,
  n: number,
  load: (i: string) => string,
): string {
  if (!subgroups) return unroll(n, (i) => `let ${name}${i} = ${load(`${i}u`)};`);
  const own = unroll(
    ceilDiv(n, 4),
    (four) => `let ${name}_${four} = ${load(`min(${4 * four}u + lane, ${n - 1}u)`)};`,
  );
  const all = unroll(
    n,
    (i) => `let ${name}${i} = subgroupBroadcast(${name}_${i >> 2}, ${i & 3}u);`,
  );
  return `${own}\n${all}`;
}
