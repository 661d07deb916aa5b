/**
 * One WebGPU implementation's lane: tests of kernels, parity, and a small search, on a driver and runtime of its own. `npm
 * test` runs all lanes; alone:
 *
 *   node scripts/lanes.mjs swiftshader|lavapipe|deno
 *
 * The last line is a JSON object with the counts of passed, failed and skipped steps' checks; exit code 1 on a failure.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { main, root } from './install.mjs';
import { bundle, bundleFolder } from './lanes/bundle.mjs';
import { findLavapipe } from './lavapipe.mjs';

const reference = process.env.MGAS_REFERENCE ?? join(root, '../shared/reference');
const program = (name) => join(bundleFolder, `${name}.mjs`);

/** So small that it ends within a minute, and still prunes operations, filters and weights in three stages and jointly. */
const target = 700;
const searchArguments = [
  ...['--preset', 'tiny', '--seed', '1', '--target-params', String(target)],
  ...Object.entries({
    'space.nodes': 1,
    'space.channels': 2,
    'data.imageSize': 8,
    'data.trainImages': 240,
    'data.validationImages': 100,
    'stage.warmUpEpochs': 1,
    'stage.maxEpochs': 3,
    'joint.warmUpEpochs': 1,
    'joint.maxEpochs': 8,
  }).flatMap(([setting, value]) => ['--set', `${setting}=${value}`]),
];

const withoutSubgroups = { MGAS_WITHOUT: 'subgroups' };
/** The least that any WebGPU has: no subgroups, and the limits of its compatibility mode. */
const leastDevice = { ...withoutSubgroups, MGAS_LIMITS: 'compatibility' };
const deno = [join(root, 'node_modules/.bin/deno'), 'run', '-A', '--unstable-webgpu', '--no-lock'];
const node = [process.execPath];

const leastKernels = {
  name: 'kernels in compatibility mode, without subgroups',
  run: kernels,
  env: leastDevice,
};

/**
 * What a lane runs in order. Dawn with SwiftShader and subgroups is what the suites unit and parity run. The kernels on the
 * least device run on lavapipe where it is there: SwiftShader takes five times longer to compile them.
 */
export const lanes = {
  swiftshader: {
    title: 'Dawn on SwiftShader',
    runtime: node,
    adapter: 'swiftshader',
    steps: [
      ...(findLavapipe() ? [] : [leastKernels]),
      { name: 'parity without subgroups', run: parity, env: withoutSubgroups },
      { name: 'search', run: search },
    ],
  },
  lavapipe: {
    title: 'Dawn on lavapipe',
    runtime: node,
    adapter: 'lavapipe',
    steps: [
      { name: 'kernels', run: kernels },
      leastKernels,
      // All kernels in all compositions, and half the compilation.
      { name: 'parity without subgroups', run: parity, env: withoutSubgroups },
      { name: 'search', run: search },
    ],
  },
  deno: {
    title: 'wgpu (Deno) on SwiftShader, which has no subgroups there',
    runtime: deno,
    adapter: 'swiftshader',
    steps: [
      { name: 'kernels', run: kernels },
      { name: 'parity', run: parity },
      { name: 'search', run: search },
    ],
  },
};

function execute({ runtime, adapter }, env, args) {
  const [file, ...first] = runtime;
  const { status, stdout, error } = spawnSync(file, [...first, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    timeout: 1_500_000,
    env: { ...process.env, MGAS_ADAPTER: adapter, ...env },
  });
  if (error) process.stdout.write(`${error.message}\n`);
  return { status, output: stdout ?? '' };
}

/** Counts of a program whose last line is a JSON object with them. */
function counted(result, failures) {
  const last = result.output.trimEnd().split('\n').at(-1);
  for (const line of result.output.split('\n')) if (failures.test(line)) console.log(line);
  try {
    const { passed, failed } = JSON.parse(last);
    return { passed, failed: failed || (result.status === 0 ? 0 : 1) };
  } catch {
    process.stdout.write(`${result.output}\nno summary (exit code ${result.status})\n`);
    return { passed: 0, failed: 1 };
  }
}

function kernels(lane, env) {
  return counted(execute(lane, env, [program('kernels')]), /^(FAIL|Error)/);
}

function parity(lane, env) {
  if (!existsSync(reference)) return { passed: 0, failed: 0, skipped: 1 };
  return counted(execute(lane, env, [program('parity'), reference]), /fail/i);
}

/** The search must end, and what it finds keep to the target. */
function search(lane, env) {
  const folder = mkdtempSync(join(tmpdir(), 'mgas-lane-'));
  try {
    const out = join(folder, 'arch.json');
    const result = execute(lane, env, [program('search'), ...searchArguments, '--out', out]);
    const parameters =
      result.status === 0 ? JSON.parse(readFileSync(out, 'utf8')).parameters.active : NaN;
    console.log(`     ${parameters} parameters of ${target} at most`);
    return parameters <= target ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (basename(process.argv[1] ?? '') === 'lanes.mjs') {
  await main(async () => {
    const lane = lanes[process.argv[2]];
    if (!lane) throw new Error(`Usage: node scripts/lanes.mjs ${Object.keys(lanes).join('|')}`);
    console.log(lane.title);
    await bundle();
    const total = { passed: 0, failed: 0, skipped: 0 };
    for (const { name, run, env } of lane.steps) {
      const { passed, failed, skipped = 0 } = run(lane, env ?? {});
      console.log(
        `${failed ? 'FAIL' : 'ok  '} ${name}: ${passed} passed, ${failed} failed${skipped ? ', skipped' : ''}`,
      );
      total.passed += passed;
      total.failed += failed;
      total.skipped += skipped;
    }
    console.log(JSON.stringify(total));
    process.exitCode = total.failed > 0 ? 1 : 0;
  });
}
