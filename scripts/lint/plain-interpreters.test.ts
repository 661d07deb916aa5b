import { join } from 'node:path';
import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';
import { operationNames as registered } from '../../src/domain/operations/registry.ts';
// @ts-expect-error The rule is plain JavaScript, as ESLint loads it.
import { operationNames } from './plain-interpreters.js';

const root = join(import.meta.dirname, '../..');
const eslint = new ESLint({
  cwd: root,
  ruleFilter: ({ ruleId }) => ruleId === 'project/plain-interpreters',
  overrideConfig: {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { project: null } },
  },
});

async function complaints(filePath: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath: join(root, filePath) });
  return result!.messages.map(({ message }) => message);
}

it('knows the name of every operation', () => {
  expect([...(operationNames(root) as Set<string>)].sort()).toEqual([...registered].sort());
});

describe('who walks the graph', () => {
  it.each([
    ['src/engine/supernet/webgpu/x.ts', "const kind = 'sep_conv_3x3'; void kind;", 'sep_conv_3x3'],
    ['src/app/store/x.ts', 'export const blocks = { dil_conv_3x3: 1 };', 'dil_conv_3x3'],
    ['src/storage/x.ts', 'export const name = (n: number) => `max_pool_3x3${n}`;', 'max_pool_3x3'],
    [
      'src/engine/supernet/composed/x.ts',
      "import { isInput } from '../../../domain/spaces/cells.ts'; void isInput;",
      'must not import',
    ],
    [
      'src/engine/architecture/export/x.ts',
      "import { skipConnect } from '../../../domain/operations/skip-connect.ts'; void skipConnect;",
      'must not import',
    ],
    [
      'src/engine/architecture/export/x.ts',
      "import type { CellPlan } from '../../../domain/spaces/plan.ts'; export type A = CellPlan;",
      'must not know',
    ],
  ])('%s names no operation and no space', async (file, code, expected) => {
    expect(await complaints(file, code)).toEqual([expect.stringContaining(expected)]);
  });

  it.each([
    ['src/domain/operations/x.ts', "export const name = 'sep_conv_3x3';"],
    ['src/engine/x.test.ts', "export const name = 'sep_conv_3x3';"],
    [
      'src/engine/supernet/webgpu/x.ts',
      "import { factsOf } from '../../../domain/operations/facts.ts'; import type { CellPlan } from '../../../domain/spaces/plan.ts'; void factsOf; export type A = CellPlan;",
    ],
  ])('%s may', async (file, code) => {
    expect(await complaints(file, code)).toEqual([]);
  });
});
