import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { npz } from './npz.ts';
import { exportPyTorch } from './pytorch.ts';
import { sampleTrained, sampleWidened } from './sample.ts';
import { engineLogits, largestDifference, python, realImages } from './testing.ts';

const check = `
import json, sys
import numpy as np, torch
import network as exported

model = exported.Network()
missing = model.load_state_dict(exported.load_weights("weights.npz"))
images = torch.from_numpy(np.load("images.npz")["images"])
with torch.no_grad():
    model.eval()(images).numpy().astype("<f4").tofile("logits.bin")
macs = 0
def count(module, inputs, output):
    global macs
    pixels = output.shape[2] * output.shape[3] if output.dim() == 4 else 1
    macs += module.weight.numel() * pixels
for module in model.modules():
    if isinstance(module, (torch.nn.Conv2d, torch.nn.Linear)):
        module.register_forward_hook(count)
model(images[:1])
counted = macs
# In training, masked weights get no gradient, and the others do.
model.train()(images).square().mean().backward()
convolutions = [m for m in model.modules() if isinstance(m, exported.MaskedConv2d)]
moved = {bit: sum(int((m.weight.grad[m.mask == bit] != 0).sum()) for m in convolutions) for bit in (0, 1)}
print(json.dumps({
    "parameters": sum(p.numel() for p in model.parameters()), "nonZero": exported.count_nonzero(model), "macs": counted,
    "moved": [moved[0], moved[1]],
    "operations": sum(isinstance(getattr(getattr(model, part), name), torch.nn.Module)
        for part, names in exported.OPERATIONS.items() for name in names),
}))
`;

describe.runIf(python).each([
  ['as found', sampleTrained()],
  ['widened', sampleWidened()],
])('a PyTorch module, %s', (_, trained) => {
  let folder = '';
  let report: {
    parameters: number;
    nonZero: number;
    macs: number;
    moved: [masked: number, alive: number];
    operations: number;
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'mgas-pytorch-'));
    const { module, weights } = exportPyTorch(trained);
    const { images, count, size } = realImages();
    writeFileSync(join(folder, 'network.py'), module);
    writeFileSync(join(folder, 'weights.npz'), weights);
    writeFileSync(
      join(folder, 'images.npz'),
      npz([{ name: 'images', shape: [count, 1, size, size], values: images }]),
    );
    writeFileSync(join(folder, 'check.py'), check);
    report = JSON.parse(
      execFileSync(python!, ['check.py'], { cwd: folder, encoding: 'utf8' }),
    ) as typeof report;
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it('returns the logits of the engine for 100 real images', async () => {
    const bytes = readFileSync(join(folder, 'logits.bin'));
    const logits = new Float32Array(Uint8Array.from(bytes).buffer);
    expect(largestDifference(logits, await engineLogits(trained, realImages()))).toBeLessThan(1e-4);
  });

  it('has the counts of the engine', () => {
    const { parameters, macs } = trained.architecture;
    expect(report).toMatchObject({
      parameters: parameters.dense,
      nonZero: parameters.active,
      macs: macs.dense,
    });
  });

  it('lists every operation but the identity for drop-path', () => {
    const operations = trained.architecture.cells.flatMap((cell) => cell.operations);
    const identities = operations.filter(
      ({ operation, stride }) => operation === 'skip_connect' && stride === 1,
    );
    expect(identities.length).toBeGreaterThan(0);
    expect(report.operations).toBe(operations.length - identities.length);
  });

  it('trains within its masks', () => {
    const [masked, alive] = report.moved;
    expect(masked).toBe(0);
    expect(alive).toBeGreaterThan(1000);
  });
});

it('has source without overlong lines', () => {
  const { module } = exportPyTorch(sampleTrained());
  expect(module.split('\n').filter((line) => line.length > 125)).toEqual([]);
  expect(module).not.toMatch(/undefined|NaN|\[object/);
});
