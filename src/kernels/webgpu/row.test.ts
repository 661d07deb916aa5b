import { describe, expect, it } from 'vitest';
import { none } from './quad.ts';
import { row } from './row.ts';
import { runProgram, TestTables } from './testing/run.ts';
import { wgsl } from './wgsl.ts';

const mixed = row('Mixed', {
  count: 'u32',
  offset: 'i32',
  weight: 'f32',
  add: 'bool',
  lanes: 'vec4u',
  last: 'u32',
});
const values = {
  count: none,
  offset: -3,
  weight: -0.625,
  add: true,
  lanes: [1, 2, 3, none],
  last: 9,
};

describe('a table row', () => {
  it('is read in WGSL as it was packed', async () => {
    const tables = new TestTables();
    tables.add([[7]]); // A table that does not begin at 0.
    const table = tables.add([
      mixed.pack({ ...values, add: false, offset: 5 }),
      mixed.pack(values),
    ]);
    const { found } = await runProgram(
      {
        label: 'read rows',
        bindings: [
          ['tables', 'read', 'u32'],
          ['found', 'read_write', 'f32'],
        ],
        params: ['table'],
        workgroupSize: 1,
        code: wgsl`
          ${mixed.wgsl}
          fn run(local : u32, group : vec3u) {
            let row = readMixed(params.table, group.x);
            let at = group.x * 9u;
            found[at] = select(0.0, 1.0, row.count == NONE);
            found[at + 1u] = f32(row.offset);
            found[at + 2u] = row.weight;
            found[at + 3u] = select(0.0, 1.0, row.add);
            for (var i = 0u; i < 3u; i++) {
              found[at + 4u + i] = f32(row.lanes[i]);
            }
            found[at + 7u] = select(0.0, 1.0, row.lanes.w == NONE);
            found[at + 8u] = f32(row.last);
          }
        `,
      },
      { tables: tables.words, found: 18 },
      { table },
      [2],
    );
    expect([...found!.subarray(0, 9)]).toEqual([1, 5, -0.625, 0, 1, 2, 3, 1, 9]);
    expect([...found!.subarray(9)]).toEqual([1, -3, -0.625, 1, 1, 2, 3, 1, 9]);
  });

  it.each([
    ['count', -1],
    ['count', 0.5],
    ['count', undefined],
    ['count', 2 ** 32],
    ['offset', 2 ** 31],
    ['weight', NaN],
    ['add', 1],
    ['lanes', [1, 2, 3]],
    ['lanes', [1, 2, 3, NaN]],
  ])('refuses %s = %s', (field, value) => {
    expect(() => mixed.pack({ ...values, [field]: value } as never)).toThrow(`Mixed.${field} is`);
  });
});

describe('the tag wgsl', () => {
  it('indents values like their line, and drops empty lines', () => {
    const body = 'first;\nsecond;';
    expect(wgsl`
      fn run() {
        ${body}
        ${''}
        last = ${1} + ${2};
      }
    `).toBe('fn run() {\n  first;\n  second;\n  last = 1 + 2;\n}');
  });
});
