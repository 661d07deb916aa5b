/** train.py as people start it: torchrun with two processes on the CPU, where PyTorch is there. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseExternalTraining } from '../../../domain/architecture/external-training.ts';
import { portableFingerprint } from '../../../domain/architecture/fingerprint.ts';
import { exportFiles } from './files.ts';
import { oddNames, sampleChain, sampleEvaluation, smallestChain } from './sample.ts';
import { python } from './testing.ts';

const trained = sampleEvaluation(3);
if (!python)
  process.stderr.write(
    'train.py is not tested: python3 has no torch (Debian: apt-get install python3-torch).\n',
  );

describe.runIf(python)('train.py', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'mgas-train-'));
    for (const { name, bytes } of exportFiles(trained, 'pytorch'))
      writeFileSync(join(folder, name), bytes);
    mkdirSync(join(folder, 'cifar'));
    for (const [name, count] of [
      ['data_batch_1.bin', 50],
      ['test_batch.bin', 21],
    ] as const) {
      const record = (i: number): number[] => [
        i % oddNames.length,
        ...Array.from({ length: 3072 }, (_, p) => (i * 37 + p * 11) & 255),
      ];
      writeFileSync(
        join(folder, 'cifar', name),
        Uint8Array.from(Array.from({ length: count }, (_, i) => record(i)).flat()),
      );
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const recipe = [
    '--data',
    'cifar10',
    '--root',
    'cifar',
    '--epochs',
    '2',
    '--batch-size',
    '8',
    '--workers',
    '0',
    '--cutout',
    '4',
  ];
  /** As torchrun starts them: Debian's own torchrun (PyTorch 1.13) fails on Python 3.11 before it starts anything. */
  const run = async (processes: number, ...args: string[]) => {
    const port = await freePort();
    const started = Array.from({ length: processes }, (_, rank) => {
      const group = {
        ...{ RANK: String(rank), LOCAL_RANK: String(rank), WORLD_SIZE: String(processes) },
        ...{ MASTER_ADDR: '127.0.0.1', MASTER_PORT: String(port) },
      };
      return new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve) => {
        const child = spawn(python!, ['train.py', ...recipe, ...args], {
          cwd: folder,
          env: { ...process.env, OMP_NUM_THREADS: '1', ...(processes > 1 && group) },
        });
        const outcome = { status: null as number | null, stdout: '', stderr: '' };
        child.stdout.on('data', (text: Buffer) => (outcome.stdout += text.toString()));
        child.stderr.on('data', (text: Buffer) => (outcome.stderr += text.toString()));
        child.on('close', (status) => resolve({ ...outcome, status }));
      });
    });
    const [first, ...others] = await Promise.all(started);
    const failed = others.find(({ status }) => status !== 0);
    return failed ?? first!;
  };
  const state = (out: string) =>
    JSON.parse(execFileSync(python!, ['-c', inspect, out], { cwd: folder, encoding: 'utf8' })) as {
      masked: number;
      alive: number;
      sum: number;
    };

  it('trains in two processes, stops, resumes to the result of an uninterrupted training, and reports it', async () => {
    const first = await run(2, '--out', 'two', '--stop-after', '1');
    expect(first.status, first.stderr).toBe(0);
    expect(first.stdout).toContain('epoch 1 of 2');
    expect(existsSync(join(folder, 'two/result.json'))).toBe(false);
    const second = await run(2, '--out', 'two');
    expect(second.status, second.stderr).toBe(0);
    expect(second.stdout).toContain('Resumed after epoch 1 of 2');
    const whole = await run(2, '--out', 'whole');
    expect(whole.status, whole.stderr).toBe(0);

    const result = (out: string) =>
      parseExternalTraining(JSON.parse(readFileSync(join(folder, out, 'result.json'), 'utf8')))!;
    expect(result('two')).toMatchObject({
      ...{
        architecture: portableFingerprint(trained.architecture),
        images: 21,
        epochs: 2,
        processes: 2,
      },
    });
    expect(result('two').accuracy).toBe(result('whole').accuracy);
    expect(result('two').loss).toBeCloseTo(result('whole').loss, 4);
    expect(readFileSync(join(folder, 'two/log.jsonl'), 'utf8').trim().split('\n')).toHaveLength(2);

    // Masked weights are zero, and the others are trained.
    const { masked, alive, sum } = state('two');
    expect(masked).toBeGreaterThan(100);
    expect(sum).toBe(0);
    expect(alive).toBeGreaterThan(1000);
  }, 300_000);

  it('trains a chain of blocks, auxiliary head and drop-path included', async () => {
    const chain = sampleChain(3, smallestChain);
    for (const { name, bytes } of exportFiles(chain, 'pytorch'))
      writeFileSync(join(folder, name), bytes);
    const { status, stdout, stderr } = await run(1, '--out', 'chain', '--images', '16');
    for (const { name, bytes } of exportFiles(trained, 'pytorch'))
      writeFileSync(join(folder, name), bytes);
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('epoch 2 of 2');
    const result: unknown = JSON.parse(readFileSync(join(folder, 'chain/result.json'), 'utf8'));
    expect(parseExternalTraining(result)).toMatchObject({
      ...{ architecture: portableFingerprint(chain.architecture), images: 16, epochs: 2 },
    });
  }, 120_000);

  it('refuses to resume with another recipe, and rejects data of other classes', async () => {
    expect((await run(1, '--out', 'two', '--rate', '0.1')).stderr).toContain(
      'is of a training with other rate',
    );
    writeFileSync(
      join(folder, 'cifar/data_batch_2.bin'),
      Uint8Array.from({ length: 3073 }, () => 9),
    );
    const { status, stderr } = await run(1, '--out', 'other');
    expect(status).not.toBe(0);
    expect(stderr).toContain('label 9 in cifar; the network has 6 classes');
  }, 120_000);
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

const inspect = `
import json, sys
import torch
import network as exported

model = exported.Network()
model.load_state_dict(exported.load_weights(f"{sys.argv[1]}/weights.npz"))
masked = [m for m in model.modules() if isinstance(m, exported.MaskedConv2d)]
print(json.dumps({
    "masked": sum(int((m.mask == 0).sum()) for m in masked),
    "sum": float(sum(m.weight.detach()[m.mask == 0].abs().sum() for m in masked)),
    "alive": sum(int((m.weight.detach()[m.mask == 1] != 0).sum()) for m in masked),
}))
`;
