/**
 * As much of vitest as the tests of kernels use, for Deno, which cannot run vitest itself on its WebGPU. The import map
 * beside it puts it in vitest's place; `run-tests.ts` runs what was collected.
 */
import { deepStrictEqual, ok } from 'node:assert/strict';

export interface CollectedTest {
  readonly name: string;
  readonly run: () => unknown;
}

export const collected: CollectedTest[] = [];
const groups: string[] = [];

export function describe(name: string, body: () => void): void {
  groups.push(name);
  body();
  groups.pop();
}

export function it(name: string, run: () => unknown): void {
  collected.push({ name: [...groups, name].join(' > '), run });
}

type Case = (...values: never[]) => unknown;

/** A test a case; `$field` and `%s` in the name stand for its values. */
it.each =
  (cases: readonly unknown[]) =>
  (name: string, body: Case): void => {
    for (const one of cases) {
      const values = Array.isArray(one) ? (one as unknown[]) : [one];
      let next = 0;
      const title = name
        .replace(/\$(\w+)/g, (_, field: string) =>
          String((one as Record<string, unknown> | null)?.[field]),
        )
        .replace(/%\w/g, () => String(values[next++]));
      it(title, () => body(...(values as never[])));
    }
  };

export function expect(actual: unknown, note = '') {
  const show = (value: unknown): string =>
    typeof value === 'object' ? JSON.stringify(value).slice(0, 300) : String(value);
  const say = (relation: string, expected: unknown): string =>
    `${note} ${show(actual)} is not ${relation} ${show(expected)}`;
  const matches = (pattern: RegExp): boolean => pattern.test(actual as string);
  return {
    not: {
      toMatch: (pattern: RegExp) =>
        ok(!matches(pattern), `${note} ${show(actual)} matches ${pattern}`),
    },
    toBe: (expected: unknown) => ok(Object.is(actual, expected), say('', expected)),
    toBeGreaterThan: (least: number) => ok((actual as number) > least, say('greater than', least)),
    toBeNull: () => ok(actual === null, say('', null)),
    toBeLessThan: (most: number) => ok((actual as number) < most, say('less than', most)),
    toEqual: (expected: unknown) => deepStrictEqual(actual, expected, note || undefined),
    toThrow: (message: RegExp | string) => {
      let thrown = '';
      try {
        (actual as () => unknown)();
      } catch (error) {
        thrown = (error as Error).message;
      }
      const fits = typeof message === 'string' ? thrown.includes(message) : message.test(thrown);
      ok(thrown !== '' && fits, `threw '${thrown}', not ${String(message)}`);
    },
  };
}
