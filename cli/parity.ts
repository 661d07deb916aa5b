/** `npm run -s parity -- [DIR]`: the engine's arithmetic against arrays computed by the method's released program. */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Command, Option } from 'commander';
import { addAdapterOption } from './adapters.ts';
import { passes, worst } from './parity/compare.ts';
import type { Check } from './parity/compare.ts';
import { checkReference } from './parity/forms.ts';
import { openKernels } from './parity/open-kernels.ts';
import type { Backend, KernelSet } from './parity/open-kernels.ts';
import { readJson } from './parity/reference.ts';

interface FileResult {
  file: string;
  /** Relative L2 error of the check nearest to failing; null when the file could not be checked. */
  error: number | null;
  tolerance: number | null;
  ok: boolean;
  message?: string;
}

const program = addAdapterOption(new Command('parity'))
  .description('Checks every *.json of a folder of reference arrays; exits 1 on a failure.')
  .argument('[folder]', 'folder of reference arrays', '../shared/reference')
  .addOption(
    new Option('--backend <name>', 'where to run').choices(['webgpu', 'cpu']).default('webgpu'),
  )
  .addOption(
    new Option('--kernels <set>', 'own WGSL programs, or their TensorFlow.js composition').choices([
      'own',
      'composed',
    ]),
  )
  .option('--verbose', 'print every check')
  .parse();

const [folder] = program.processedArgs as [string];
const options = program.opts<{
  backend: Backend;
  kernels?: KernelSet;
  adapter?: string;
  verbose?: boolean;
}>();
const kernelSet = options.kernels ?? (options.backend === 'webgpu' ? 'own' : 'composed');

/** @throws Error in plain words when there is nothing to check. */
function listFiles(): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    throw new Error(`${folder}: ${(error as Error).message}`, { cause: error });
  }
  const files = names.filter((name) => name.endsWith('.json')).sort();
  if (files.length === 0) throw new Error(`${folder}: no *.json file`);
  return files.map((name) => join(folder, name));
}

const scientific = (x: number): string => x.toExponential(1);

function printRow(result: FileResult, width: number, checks: readonly Check[]): void {
  const { file, error, tolerance, ok, message } = result;
  const numbers =
    error === null || tolerance === null
      ? '-'.padStart(7) + '-'.padStart(9)
      : scientific(error).padStart(7) + scientific(tolerance).padStart(9);
  console.log(`${file.padEnd(width)} ${numbers}  ${ok ? 'pass' : 'FAIL'}`);
  if (message) console.log(`  ${message}`);
  for (const check of checks) {
    if (options.verbose || check.remark || !passes(check)) {
      console.log(
        `  ${passes(check) ? '    ' : 'FAIL'} ${check.name}: ${scientific(check.error)} (up to ${scientific(check.tolerance)})`,
      );
    }
  }
}

async function main(): Promise<boolean> {
  const files = listFiles();
  const kernels = await openKernels(options.backend, kernelSet, options.adapter);
  const width = Math.max(...files.map((file) => basename(file).length));
  console.log(`${'file'.padEnd(width)}   error    up to  verdict`);
  const results: FileResult[] = [];
  for (const path of files) {
    const file = basename(path);
    let checks: Check[] = [];
    let result: FileResult;
    try {
      checks = await checkReference(readJson(path), path, kernels);
      const { error, tolerance } = worst(checks);
      result = {
        file,
        error: Number.isFinite(error) ? error : null,
        tolerance,
        ok: checks.every(passes),
      };
    } catch (error) {
      result = {
        file,
        error: null,
        tolerance: null,
        ok: false,
        message: error instanceof Error ? error.message : String(error),
      };
    }
    results.push(result);
    printRow(result, width, checks);
  }
  const passed = results.filter(({ ok }) => ok).length;
  const { backend } = options;
  console.log(
    JSON.stringify({
      files: results.length,
      passed,
      failed: results.length - passed,
      results,
      backend,
      kernels: kernelSet,
    }),
  );
  return passed === results.length;
}

main().then(
  (ok) => {
    // Set, not called: output may still be on its way.
    process.exitCode = ok ? 0 : 1;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
