/**
 * `npm test`: sets up what the tests need, runs every suite, even where one fails, and ends with one line
 * `N passed, N failed`. Exit code 1 where anything failed.
 *
 *   npm test -- [suite ...]         only these: types, format, lint, parity, parity-cpu, parity-mobile,
 *                                 parity-mobile-cpu, data-cases, unit, swiftshader, lavapipe, deno, browser
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureChromium } from './chromium.mjs';
import { oneCheck, parityCounts, playwrightCounts, vitestCounts } from './counts.mjs';
import { install, main, root } from './install.mjs';
import { ensureLavapipe } from './lavapipe.mjs';
import { killRunning, run } from './run-suite.mjs';

const reports = join(root, 'test-results');
const dataCases = process.env.MGAS_DATA_CASES ?? join(root, '../shared/data/cases');
const reference = process.env.MGAS_REFERENCE ?? join(root, '../shared/reference');
const bin = (name) => join(root, 'node_modules/.bin', name);
const minute = 60_000;
/** All suites together end before this, so that a hanging one is reported, not cut off from outside. */
const deadline = Date.now() + 100 * minute;

/**
 * `count` turns a suite's exit code, output and report into {passed, failed, skipped}; without a report of its own a
 * suite is one check. `skip` gives a reason not to run. Light suites need one core each, and run two at a time. Idle ones
 * take what the heavy ones leave of the processor, one after another.
 */
const suites = [
  {
    name: 'types',
    light: true,
    command: [bin('tsc'), '-b', 'tsconfig.layers.json'],
    limit: 4 * minute,
    count: oneCheck,
  },
  {
    name: 'format',
    light: true,
    command: [bin('prettier'), '--check', '--log-level', 'warn', '.'],
    limit: 3 * minute,
    count: oneCheck,
  },
  {
    name: 'lint',
    light: true,
    command: [bin('eslint'), '.'],
    limit: 6 * minute,
    count: oneCheck,
  },
  parity('parity', ''),
  parity('parity-cpu', '', '--backend', 'cpu'),
  parity('parity-mobile', 'mobile'),
  parity('parity-mobile-cpu', 'mobile', '--backend', 'cpu'),
  {
    name: 'data-cases',
    light: true,
    command: [bin('tsx'), 'cli/data-cases.ts', dataCases],
    limit: 3 * minute,
    count: parityCounts,
    skip: () => (existsSync(dataCases) ? null : `no inputs with right answers at ${dataCases}`),
  },
  {
    name: 'unit',
    command: [
      bin('vitest'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${join(reports, 'unit.json')}`,
    ],
    limit: 35 * minute,
    report: join(reports, 'unit.json'),
    count: vitestCounts,
  },
  // Before SwiftShader's, which leaves to it what it can take.
  lane('lavapipe', () => ensureLavapipe().reason),
  lane('swiftshader'),
  lane('deno', withoutDeno),
  {
    name: 'browser',
    command: [bin('playwright'), 'test', '--reporter=list,json'],
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: join(reports, 'browser.json') },
    limit: 55 * minute,
    report: join(reports, 'browser.json'),
    count: playwrightCounts,
  },
];

/** Arrays of the authors' program, or of a part of the method in PyTorch; own kernels unless a backend is named. */
function parity(name, folder, ...options) {
  return {
    ...{ name, light: true, limit: 5 * minute, count: parityCounts, skip: withoutReference },
    command: [bin('tsx'), 'cli/parity.ts', join(reference, folder), ...options],
  };
}

/** Another WebGPU implementation: see lanes.mjs. Its steps have limits of their own. */
function lane(name, skip) {
  return {
    name,
    idle: true,
    command: ['nice', '-n', '19', process.execPath, 'scripts/lanes.mjs', name],
    limit: 60 * minute,
    count: parityCounts,
    skip,
  };
}

function withoutDeno() {
  const { status } = spawnSync(bin('deno'), ['--version'], { stdio: 'ignore', timeout: minute });
  return status === 0 ? null : 'the npm package deno does not run on this platform';
}

function withoutReference() {
  return existsSync(reference) ? null : `no reference arrays at ${reference}`;
}

function judge(suite, result) {
  if (result.problem) return { passed: 0, failed: 1, note: result.problem };
  if (!suite.report) return suite.count(result);
  if (!existsSync(suite.report))
    return { passed: 0, failed: 1, note: `no report (exit code ${result.code})` };
  return suite.count({ ...result, report: JSON.parse(readFileSync(suite.report, 'utf8')) });
}

/** Runs one suite; the output of those that run at the same time is shown whole, when each ends. */
async function check(suite) {
  const reason = suite.skip?.();
  if (reason) return { passed: 0, failed: 0, skipped: 1, note: `skipped: ${reason}` };
  const held = [];
  const write =
    suite.light || suite.idle ? (text) => held.push(text) : (text) => process.stdout.write(text);
  write(`\n== ${suite.name}\n`);
  if (suite.report) rmSync(suite.report, { force: true });
  const begin = Date.now();
  const result = await run(suite, write, deadline - Date.now());
  for (const text of held) process.stdout.write(text);
  return { seconds: (Date.now() - begin) / 1000, ...judge(suite, result) };
}

await main(async () => {
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !suites.some((suite) => suite.name === name));
  if (unknown.length)
    throw new Error(
      `Unknown suite ${unknown.join(', ')}: choose among ${suites.map(({ name }) => name).join(', ')}.`,
    );

  install();
  mkdirSync(reports, { recursive: true });
  let missingChromium = '';
  try {
    process.env.CHROMIUM_PATH = ensureChromium();
  } catch (error) {
    // The other suites still have something to say; those that need it fail, and this line explains why.
    missingChromium = error.message;
    process.stderr.write(`${missingChromium}\n`);
  }

  // Whatever else this machine has: suites but the lanes see one adapter everywhere.
  if (process.platform === 'linux' && !missingChromium) process.env.MGAS_ADAPTER ??= 'swiftshader';

  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      killRunning();
      process.exit(130);
    });
  }

  const rows = [];
  const queue = suites.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  const inTurn = async (list) => {
    for (let suite = list.shift(); suite; suite = list.shift())
      rows.push({ name: suite.name, ...(await check(suite)) });
  };
  const light = queue.filter((suite) => suite.light);
  await Promise.all([inTurn(light), inTurn(light)]);
  await Promise.all([
    inTurn(queue.filter((suite) => !suite.light && !suite.idle)),
    inTurn(queue.filter((suite) => suite.idle)),
  ]);

  process.stdout.write('\n== summary\n');
  for (const { name, passed, failed, skipped, seconds, note } of rows) {
    const counts = `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`;
    process.stdout.write(
      `${failed ? 'FAIL' : 'ok  '} ${name.padEnd(17)} ${counts}${seconds ? `, ${seconds.toFixed(0)} s` : ''}${note ? ` (${note})` : ''}\n`,
    );
  }
  if (missingChromium) process.stdout.write(`${missingChromium}\n`);
  const left = rows.filter(({ note }) => note?.startsWith('skipped: '));
  if (left.length > 0)
    process.stdout.write(
      `${left.length} suites skipped: ${left.map(({ name }) => name).join(', ')}\n`,
    );
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
  process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed\n`);
  process.exitCode = sum('failed') > 0 ? 1 : 0;
});
