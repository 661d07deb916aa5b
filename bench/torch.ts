/** The same step in PyTorch on so many threads, where Python has it. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { StepCase } from './cases.ts';

/** The peer's own script, where it is at hand, knows two cells of two nodes; ours makes the same net of any size. */
const peer = fileURLToPath(new URL('../../shared/bench/torch_step.py', import.meta.url));
const general = fileURLToPath(new URL('./torch_step.py', import.meta.url));
const chain = fileURLToPath(new URL('./torch_mobile_step.py', import.meta.url));

function findPython(): string | null {
  const candidates = [process.env.PYTHON, 'python3', '/usr/bin/python3'].filter(
    (name) => name !== undefined,
  );
  return (
    candidates.find((python) => spawnSync(python, ['-c', 'import torch']).status === 0) ?? null
  );
}

/** Returns a function that gives ms a step, or null where no Python has PyTorch. */
export function torchStep(): ((c: StepCase, threads: number) => number) | null {
  const python = findPython();
  if (!python) return null;
  return ({ name, imageSize, channels, batch, cells, nodes, stages = 1, table }, threads) => {
    const cellScript = cells === 2 && nodes === 2 && existsSync(peer) ? peer : general;
    const script = table ? chain : cellScript;
    const numbers = table
      ? [imageSize, batch, threads, JSON.stringify(table)]
      : [
          imageSize,
          channels,
          batch,
          threads,
          ...(script === general ? [cells, nodes, stages] : []),
        ];
    const env = { ...process.env, OMP_NUM_THREADS: String(threads) };
    const result = spawnSync(python, [script, ...numbers.map(String)], { encoding: 'utf8', env });
    const ms = /ms\/step ([\d.]+)/.exec(result.stdout)?.[1];
    if (ms === undefined)
      throw new Error(
        `${script} failed for case '${name}': ${result.stderr.trim().split('\n').at(-1)}`,
      );
    return Number(ms);
  };
}
