import { join } from 'node:path';
import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
// The type-aware rules need files that exist; here only the import rule runs, on source that exists nowhere.
const eslint = new ESLint({
  cwd: root,
  ruleFilter: ({ ruleId }) => ruleId === 'project/import-direction',
  overrideConfig: {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { project: null } },
  },
});

async function complaints(filePath: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath: join(root, filePath) });
  return result!.messages.map((message) => message.message);
}

describe('imports that point the wrong way are errors', () => {
  it.each([
    ['src/engine/search/x.ts', "import { App } from '../../app/app.tsx';", 'engine must not'],
    [
      'src/engine/x.ts',
      "import { createRoot } from 'react-dom/client';",
      "package 'react-dom/client'",
    ],
    ['src/engine/x.ts', "import { readFileSync } from 'node:fs';", "package 'node:fs'"],
    [
      'src/engine/x.ts',
      "import type { Dataset } from '../datasets/dataset.ts';",
      'engine must not',
    ],
    ['src/engine/x.ts', "export * from '../storage/runs.ts';", 'engine must not'],
    ['src/engine/x.ts', "const lazy = import('../app/main.tsx'); void lazy;", 'engine must not'],
    ['src/kernels/x.ts', "import { plan } from '../engine/supernet/plan.ts';", 'kernels must not'],
    ['src/datasets/x.ts', "import { rng } from '../engine/data.ts';", 'only types'],
    ['src/protocol/x.ts', "import { rng } from '../engine/data.ts';", 'only types'],
    [
      'src/domain/x.ts',
      "import type { Batch } from '../engine/supernet/stepper.ts';",
      'domain must not',
    ],
    [
      'src/domain/x.ts',
      "import * as tf from '@tensorflow/tfjs-core'; void tf;",
      'must not import the package',
    ],
    [
      'src/app/x.ts',
      "import * as tf from '@tensorflow/tfjs-core'; void tf;",
      "package '@tensorflow/tfjs-core'",
    ],
    [
      'src/app/sessions/x.ts',
      "import { Retrain } from '../views/retrain/Retrain.tsx';",
      'sessions must not',
    ],
    ['src/app/x.ts', "import { matmul } from '../kernels/matmul.ts';", 'app must not'],
    [
      'src/app/views/x.ts',
      "import { startSearch } from '../../engine/search/search.ts';",
      'only types',
    ],
    ['src/app/x.ts', "import { handle } from '../../workers/search.ts';", 'app must not'],
    ['workers/x.ts', "import { store } from '../src/app/store.ts';", 'workers must not'],
    ['cli/x.ts', "import { store } from '../src/app/store.ts';", 'cli must not'],
    ['src/engine/x.test.ts', "import { store } from '../app/store.ts';", 'engine must not'],
  ])('%s: %s', async (file, code, expected) => {
    expect(await complaints(file, code)).toEqual([expect.stringContaining(expected)]);
  });
});

describe('imports along the arrows pass', () => {
  it.each([
    [
      'src/engine/x.ts',
      "import { k } from '../kernels/k.ts'; import * as v from 'valibot'; import * as tf from '@tensorflow/tfjs-core';",
    ],
    ['src/engine/train/x.ts', "import { app } from './app/x.ts';"],
    ['src/datasets/x.ts', "import type { SearchData } from '../engine/data.ts';"],
    ['src/datasets/y.ts', "import { type SearchSettings } from '../domain/settings/schema.ts';"],
    [
      'src/app/x.ts',
      "import { presets } from '../domain/settings/presets.ts'; import type { Stepper } from '../engine/supernet/stepper.ts';",
    ],
    ['src/app/x.ts', "import SearchWorker from '../../workers/search.ts?worker';"],
    ['workers/x.ts', "import { startSearch } from '../src/engine/search/search.ts';"],
    [
      'src/engine/x.test.ts',
      "import { installWebGPU } from '../../cli/node-webgpu.ts'; import { it } from 'vitest';",
    ],
  ])('%s: %s', async (file, code) => {
    expect(await complaints(file, code)).toEqual([]);
  });
});
