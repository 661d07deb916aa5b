/** `npm run -s bench -- NAME`: measurements, as text or as one JSON object. */
import { Command, InvalidArgumentError } from 'commander';
import { addAdapterOption } from '../cli/adapters.ts';
import { installWebGPU } from '../cli/node-webgpu.ts';
import { cardPresets, cardsRow } from './cards.ts';
import { stepCases } from './cases.ts';
import { benchCheckpoints } from './checkpoints.ts';
import { report, reportCards } from './report.ts';
import { benchStep } from './step.ts';

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('A positive whole number is wanted.');
  return value;
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value >= 0))
    throw new InvalidArgumentError(
      'A number of seconds is wanted, 0 to leave plain TensorFlow.js out.',
    );
  return value;
}

const names = stepCases.map(({ name }) => name);

function caseName(text: string): string {
  if (!names.includes(text)) throw new InvalidArgumentError(`Choose among ${names.join(', ')}.`);
  return text;
}

const program = new Command('bench').description('Benchmarks of the engine.').showHelpAfterError();
addAdapterOption(program).hook('preAction', async (_, command) => {
  // The estimate needs no device.
  if (command.name() !== 'cards') await installWebGPU(program.opts<{ adapter?: string }>().adapter);
});
program
  .command('step')
  .description(
    'One training step: own kernels against plain TensorFlow.js and PyTorch; kernels against the ceilings; growth; memory.',
  )
  .option('--json', 'print one JSON object')
  .option('--steps <n>', 'steps to take the median of', positive, 5)
  .option('--case <name>', `only one case: ${names.join(', ')}`, caseName)
  .option(
    '--plain-limit <seconds>',
    'leave out plain TensorFlow.js where its step would take longer',
    seconds,
    120,
  )
  .action(async (options: { json?: boolean; steps: number; case?: string; plainLimit: number }) => {
    const result = await benchStep({
      steps: options.steps,
      plainLimit: options.plainLimit,
      cases: stepCases.filter(({ name }) => options.case === undefined || name === options.case),
      progress: (what) => process.stderr.write(`${what}\n`),
    });
    console.log(options.json ? JSON.stringify(result) : report(result));
  });

program
  .command('checkpoints')
  .description('What checkpoints cost a search: their share of its time.')
  .option('--json', 'print one JSON object')
  .option('--steps <n>', 'steps of the search', positive, 400)
  .action(async ({ json, steps }: { json?: boolean; steps: number }) => {
    const result = await benchCheckpoints(steps);
    const { checkpoints, bytes, share, seconds } = result;
    console.log(
      json
        ? JSON.stringify(result)
        : `${checkpoints} checkpoints of at most ${Math.round(bytes / 1024)} KiB in ${result.steps} steps (${seconds.toFixed(0)} s) took ${(100 * share).toFixed(2)} % of the search.`,
    );
  });

program
  .command('cards')
  .description(
    'What a training step dispatches, and an estimate of its time on published graphics cards.',
  )
  .option('--json', 'print one JSON object')
  .action(async ({ json }: { json?: boolean }) => {
    const rows = [];
    for (const preset of cardPresets) rows.push(await cardsRow(preset));
    console.log(json ? JSON.stringify(rows) : reportCards(rows));
  });

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
