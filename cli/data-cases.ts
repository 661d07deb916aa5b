/**
 * Reads every folder of inputs with right answers and compares: `npx tsx cli/data-cases.ts [FOLDER] [--only TEXT] [--show]`.
 * The last line is a JSON object with the counts.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { caseNames, judge, readCase, withLinks, type Outcome } from './data-cases/case.ts';
import { loadPixels } from './load-dataset.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, show: { type: 'boolean', default: false } },
});
const root = positionals[0] ?? join(import.meta.dirname, '../../shared/data/cases');
if (!existsSync(root)) {
  process.stderr.write(`No cases found in ${root}.\n`);
  process.exit(2);
}

let passed = 0;
let failed = 0;
for (const name of caseNames(root).filter((one) => one.includes(values.only ?? ''))) {
  const one = readCase(root, name);
  const { input, size, args } = one.expected;
  const notes: string[] = [];
  const { folder, remove } = withLinks(one);
  const outcome: Outcome = await loadPixels(join(folder, input), {
    imageSize: size,
    choices: { labelKind: args.labels ?? 'fine' },
    skipUnreadable: args.skip ?? false,
    note: (text) => notes.push(text),
  }).then(
    (set) => ({ set }),
    (error: unknown) => ({ error }),
  );
  remove();
  const problem = judge(one, outcome);
  if (problem) failed++;
  else passed++;
  if (problem) process.stdout.write(`FAIL ${name} (${one.expected.kind}): ${problem}\n`);
  else if (values.show) {
    const text =
      'set' in outcome
        ? `read, ${outcome.set.train.labels.length} + ${outcome.set.test.labels.length}`
        : outcome.error instanceof Error
          ? outcome.error.message
          : '';
    process.stdout.write(`ok   ${name} (${one.expected.kind}): ${text}\n`);
    for (const note of notes) process.stdout.write(`       ${note}\n`);
  }
}
process.stdout.write(`${JSON.stringify({ passed, failed })}\n`);
process.exit(failed > 0 ? 1 : 0);
