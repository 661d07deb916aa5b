/**
 * Runs the tests of kernels where vitest cannot: bundled with `vitest.ts` in vitest's place (`bundle.mjs`), in Deno. The
 * last line is a JSON object with counts; exit code 1 where anything failed.
 */
import { collected } from './vitest.ts';

import.meta.glob('../../src/kernels/webgpu/**/*.test.ts', { eager: true });

let failed = 0;
for (const { name, run } of collected) {
  try {
    await run();
    console.log(`ok   ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}\n${error instanceof Error ? error.stack : String(error)}`);
  }
}
console.log(JSON.stringify({ passed: collected.length - failed, failed }));
process.exit(failed > 0 ? 1 : 0);
