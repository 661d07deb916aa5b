/** All three exports against the engine, in both spaces, for gray and colour, with class names that are hard to carry. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { InferenceSession, Tensor } from 'onnxruntime-web';
import { beforeAll, describe, expect, it } from 'vitest';
import { layoutOf } from '../../../domain/spaces/registry.ts';
import { exportOnnx } from './onnx.ts';
import { exportPyTorch } from './pytorch.ts';
import { imageSize, lostLayer, oddNames, sampleChain, sampleEvaluation } from './sample.ts';
import {
  colourImages,
  engineLogits,
  largestDifference,
  openTfjs,
  python,
  pytorchLogits,
  realImages,
} from './testing.ts';
import { exportTfjs } from './tfjs.ts';

const withOnnx = ['python3', '/usr/bin/python3'].find(
  (command) => spawnSync(command, ['-c', 'import onnx']).status === 0,
);

const plain = realImages();
const gray = { channels: 1, ...plain, channelsFirst: plain.images };
const colour = { channels: 3, ...colourImages() };

it('has cells whose pools have norms, masks and pruned filters', () => {
  const { cells, parameters } = sampleEvaluation(1).architecture;
  const pools = cells.flatMap(({ operations }) =>
    operations.filter(
      ({ blocks, reduce, parameters: own }) => !blocks.length && !reduce && own.dense > 0,
    ),
  );
  expect(pools.length).toBeGreaterThan(2);
  expect(parameters.active).toBeLessThan(parameters.dense);
});

it('has a chain with a lost layer, shortcuts, masks and pruned filters', () => {
  const { cells, parameters, version, settings } = sampleChain(1).architecture;
  expect(version).toBe(2);
  expect(cells[lostLayer]!.operations).toEqual([]);
  const inner = cells.flatMap(({ operations }) =>
    operations.map(({ bottleneck }) => [
      bottleneck!.middle.length,
      bottleneck!.inputs.length * bottleneck!.expansion,
    ]),
  );
  expect(inner.some(([left, all]) => left! < all!)).toBe(true);
  expect(layoutOf(settings.space, imageSize).cells.some(({ shortcut }) => shortcut)).toBe(true);
  expect(parameters.active).toBeLessThan(parameters.dense);
});

describe.each([
  ['cells, gray', sampleEvaluation, gray],
  ['cells, colour', sampleEvaluation, colour],
  ['a chain, gray', sampleChain, gray],
  ['a chain, colour', sampleChain, colour],
] as const)('an evaluation network of %s', (_, sample, { channels, ...data }) => {
  const trained = sample(channels);
  const { images, channelsFirst, count, size } = data;
  const shape = [count, channels, size, size];
  let expected: Float32Array;
  beforeAll(async () => {
    expected = await engineLogits(trained, data);
  }, 120_000);

  it('agrees in onnxruntime', async () => {
    const session = await InferenceSession.create(exportOnnx(trained));
    const { logits } = await session.run({ image: new Tensor('float32', channelsFirst, shape) });
    expect(largestDifference(logits!.data as Float32Array, expected)).toBeLessThan(1e-4);
  }, 60_000);

  it('agrees in TensorFlow.js', async () => {
    const exported = exportTfjs(trained);
    expect(exported.model.userDefinedMetadata).toMatchObject({
      card: { task: { classNames: oddNames } },
    });
    const loaded = await openTfjs(exported);
    const logits = loaded.predict(tf.tensor4d(images, [count, size, size, channels])) as tf.Tensor;
    expect(largestDifference((await logits.data()) as Float32Array, expected)).toBeLessThan(1e-4);
  }, 60_000);

  it.runIf(python)(
    'agrees in PyTorch',
    () => {
      expect(
        largestDifference(pytorchLogits(trained, channelsFirst, shape), expected),
      ).toBeLessThan(1e-4);
    },
    60_000,
  );

  // Once a space: a start of PyTorch takes seconds.
  it.runIf(python && channels === 3)(
    'is scripted by PyTorch, including normalize()',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'mgas-script-'));
      try {
        const { module, weights } = exportPyTorch(trained);
        writeFileSync(join(folder, 'network.py'), module);
        writeFileSync(join(folder, 'weights.npz'), weights);
        writeFileSync(join(folder, 'check.py'), scriptCheck);
        const report = JSON.parse(
          execFileSync(python!, ['check.py', String(channels), String(size)], {
            cwd: folder,
            encoding: 'utf8',
          }),
        ) as Record<string, unknown>;
        expect(report).toMatchObject({
          classes: oddNames,
          difference: 0,
          buffers: ['mean', 'deviation'],
          inState: false,
          double: 'torch.float64',
        });
        // torch.export came with PyTorch 2.1: then for any number of images, and from its file.
        if (report.exports) expect(report.exported).toBe(0);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
    240_000,
  );

  it.runIf(withOnnx)(
    'passes the full check of ONNX, with inferred shapes',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'mgas-onnx-'));
      try {
        writeFileSync(join(folder, 'network.onnx'), exportOnnx(trained));
        writeFileSync(join(folder, 'check.py'), onnxCheck);
        const report = JSON.parse(
          execFileSync(withOnnx!, ['check.py'], { cwd: folder, encoding: 'utf8' }),
        ) as { opset: number; named: string[]; wrong: string[]; missing: string[]; count: number };
        expect(report).toMatchObject({ opset: 17, named: oddNames, wrong: [], missing: [] });
        expect(report.count).toBeGreaterThan(30);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
    60_000,
  );
});

const scriptCheck = `
import json, sys
import torch
import network as exported

channels, size = (int(word) for word in sys.argv[1:])
model = exported.Network()
model.load_state_dict(exported.load_weights("weights.npz"))
model.eval()
images = torch.randint(0, 256, (4, channels, size, size), dtype=torch.uint8)
plain = model(model.normalize(images))
scripted = torch.jit.script(model)
torch.jit.save(scripted, "scripted.pt")
again = torch.jit.load("scripted.pt")
difference = (again(again.normalize(images)) - plain).abs().max().item()
outcome = None
exports = hasattr(torch, "export")
if exports:
    given = (model.normalize(images),)
    program = torch.export.export(model, given, dynamic_shapes=({0: torch.export.Dim("batch", min=1, max=4096)},))
    torch.export.save(program, "exported.pt2")
    more = model.normalize(torch.cat([images, images, images]))
    outcome = (torch.export.load("exported.pt2").module()(more) - model(more)).abs().max().item()
print(json.dumps({
    "classes": exported.CLASSES, "difference": difference, "exports": exports, "exported": outcome,
    "buffers": [name for name, _ in model.named_buffers() if name in ("mean", "deviation")],
    "inState": "mean" in model.state_dict(),
    "double": str(exported.Network().double().normalize(images).dtype),
}))
`;

const onnxCheck = `
import json
import onnx
from onnx import checker, shape_inference

model = onnx.load("network.onnx")
checker.check_model(model, full_check=True)

def shapes(values):
    return {v.name: [d.dim_param or d.dim_value for d in v.type.tensor_type.shape.dim] for v in values}

ours = shapes(model.graph.value_info)
constants = {node.output[0] for node in model.graph.node if node.op_type == "Constant"}
bare = onnx.load("network.onnx")
del bare.graph.value_info[:]
found = shapes(shape_inference.infer_shapes(bare, check_type=True, strict_mode=True, data_prop=True).graph.value_info)
inner = {output for node in model.graph.node for output in node.output} - constants - {"logits"}
print(json.dumps({
    "opset": model.opset_import[0].version,
    "named": json.loads(next(p.value for p in model.metadata_props if p.key == "class_names")),
    "wrong": [name for name, shape in ours.items() if name in found and found[name] != shape],
    "missing": sorted(inner - set(ours)), "count": len(ours),
}))
`;
