import { InferenceSession, Tensor } from 'onnxruntime-web';
import protobuf from 'protobufjs/light.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { exportOnnx } from './onnx.ts';
import { messages } from './onnx-schema.ts';
import type { OnnxModel } from './onnx-schema.ts';
import { sampleTrained, sampleWidened } from './sample.ts';
import { engineLogits, largestDifference, realImages } from './testing.ts';

describe.each([
  ['as found', sampleTrained()],
  ['widened', sampleWidened()],
])('an ONNX model, %s', (_, trained) => {
  let expected: Float32Array;
  beforeAll(async () => {
    expected = await engineLogits(trained, realImages());
  }, 60_000);

  it('returns the logits of the engine in onnxruntime for 100 real images', async () => {
    const { images, count, size } = realImages();
    const session = await InferenceSession.create(exportOnnx(trained));
    // One channel: NHWC and NCHW are the same bytes.
    const { logits } = await session.run({
      image: new Tensor('float32', images, [count, 1, size, size]),
    });
    expect(logits!.dims).toEqual([100, 10]);
    expect(largestDifference(logits!.data as Float32Array, expected)).toBeLessThan(1e-4);
  });

  it('has the counts of the engine', () => {
    const { graph, metadataProps } = decodeModel(exportOnnx(trained));
    const sizes = new Map(
      graph.initializer.map(({ name, dims }) => [name!, dims.reduce((a, b) => a * b, 1)]),
    );
    const { parameters, macs } = trained.architecture;
    const learned = [...sizes].filter(([name]) => !/\.(mean|variance)$/.test(name));
    expect(learned.reduce((sum, [, size]) => sum + size, 0)).toBe(parameters.dense);
    expect(JSON.parse(metadataProps.find(({ key }) => key === 'parameters')!.value)).toEqual({
      dense: parameters.dense,
      nonZero: parameters.active,
    });
    // Weights that are masked are zeros in the file, and no other weight is.
    const zeros = graph.initializer
      .filter(({ name }) => /(depthwise|pointwise)$/.test(name!))
      .flatMap(({ rawData }) => [...new Float32Array(Uint8Array.from(rawData).buffer)])
      .filter((value) => value === 0);
    expect(zeros.length).toBe(parameters.dense - parameters.active);
    expect(countMacs(graph.node, sizes)).toBe(macs.dense);
  });
});

/** By protobufjs' reflection over the same schema. */
function decodeModel(bytes: Uint8Array): OnnxModel {
  const nested = Object.entries(messages).map(([name, fields]) => [
    name,
    {
      fields: Object.fromEntries(
        Object.entries(fields).map(([field, [type, id, rule]]) => [
          field,
          { type, id, ...(rule && { rule }) },
        ]),
      ),
    },
  ]);
  const model = protobuf.Root.fromJSON({
    nested: Object.fromEntries(nested) as protobuf.INamespace['nested'],
  }).lookupType('ModelProto');
  return model.toObject(model.decode(bytes), {
    longs: Number,
    arrays: true,
    defaults: true,
  }) as OnnxModel;
}

/** A weight of a convolution is used once a pixel of its output, whose side follows from strides alone: padding keeps sizes. */
function countMacs(
  nodes: ReturnType<typeof decodeModel>['graph']['node'],
  sizes: ReadonlyMap<string, number>,
): number {
  const side = new Map([['image', realImages().size]]);
  let macs = 0;
  for (const { opType, input, output, attribute } of nodes) {
    const from = input.map((name) => side.get(name)).find((value) => value !== undefined) ?? 0;
    const stride = attribute.find(({ name }) => name === 'strides')?.ints?.[0] ?? 1;
    const to = opType === 'GlobalAveragePool' ? 1 : Math.ceil(from / stride);
    if (opType !== 'Constant') side.set(output[0]!, to);
    if (opType === 'Conv' || opType === 'Gemm') macs += sizes.get(input[1]!)! * to * to;
  }
  return macs;
}
