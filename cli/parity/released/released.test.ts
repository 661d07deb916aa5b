/** The released program's arrays, where the folder with them is at hand: the composed engine against every file. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { passes } from '../compare.ts';
import { checkReference } from '../forms.ts';
import type { ReferenceKernels } from '../kernels.ts';
import { openKernels } from '../open-kernels.ts';
import { readJson } from '../reference.ts';

const folder = join(
  process.env.MGAS_REFERENCE ?? join(import.meta.dirname, '../../../../shared/reference'),
  'released',
);
/** What else goes through the whole network of 8 cells: `architecture/import/published-network.test.ts`. */
const elsewhere = new Set(['small_network.json']);
const files = existsSync(folder)
  ? readdirSync(folder).filter((name) => name.endsWith('.json') && !elsewhere.has(name))
  : [];

describe.runIf(files.length > 0)('arrays of the released program', () => {
  let kernels: ReferenceKernels;
  beforeAll(async () => {
    kernels = await openKernels('cpu', 'composed');
  });

  it.each(files)(
    '%s',
    async (name) => {
      const path = join(folder, name);
      const checks = await checkReference(readJson(path), path, kernels);
      expect(checks.length).toBeGreaterThan(0);
      for (const check of checks) expect(passes(check), `${check.name}: ${check.error}`).toBe(true);
    },
    120_000,
  );
});
