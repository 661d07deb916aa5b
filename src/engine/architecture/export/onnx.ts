/**
 * Writes a trained architecture as an ONNX model (opset 13): input `image`, [N, channels, height, width], normalized as
 * the metadata says; output `logits`, [N, classes]. N is free.
 */
import type { Network } from '../../granularity/network.ts';
import type { MeasuredLatency } from '../../train/latency.ts';
import type { Trained } from '../../train/trained.ts';
import { networkOf } from '../../train/trained.ts';
import { engineVersion } from '../../version.ts';
import { arrayOf, channelsFirst } from './arrays.ts';
import { cardLines, modelCard } from './card.ts';
import { writeGraph } from './graph.ts';
import type { ConvolutionShape, GraphWriter } from './graph.ts';
import { attributeTypes, dataTypes, encodeModel } from './onnx-schema.ts';
import type { OnnxAttribute, OnnxNode, OnnxTensor } from './onnx-schema.ts';

/** As engine/supernet: PyTorch's. */
const normEpsilon = 1e-5;

export function exportOnnx(trained: Trained, latency: MeasuredLatency | null = null): Uint8Array {
  const network = networkOf(trained);
  const writer = new OnnxWriter(network);
  writer.rename(writeGraph(network, writer), 'logits');
  const card = modelCard(network, trained, latency);
  const { imageSize, imageChannels, classNames } = card.task;
  const value = (name: string, dims: number[]) => ({
    name,
    type: {
      tensorType: {
        elemType: dataTypes.float,
        shape: { dim: [{ dimParam: 'N' }, ...dims.map((dimValue) => ({ dimValue }))] },
      },
    },
  });
  return encodeModel({
    irVersion: 7,
    producerName: 'MGAS Lab',
    producerVersion: engineVersion,
    docString: cardLines(card).join('\n'),
    opsetImport: [{ domain: '', version: 13 }],
    metadataProps: Object.entries(card).map(([key, entry]) => ({
      key,
      value: typeof entry === 'string' ? entry : JSON.stringify(entry),
    })),
    graph: {
      name: 'discovered',
      node: writer.nodes,
      initializer: writer.initializers,
      input: [value('image', [imageChannels, imageSize, imageSize])],
      output: [value('logits', [classNames.length])],
    },
  });
}

const int = (name: string, i: number): OnnxAttribute => ({ name, type: attributeTypes.int, i });
const ints = (name: string, values: number[]): OnnxAttribute => ({
  name,
  type: attributeTypes.ints,
  ints: values,
});
const float = (name: string, f: number): OnnxAttribute => ({ name, type: attributeTypes.float, f });

function floatTensor(values: Float32Array, dims: number[], name?: string): OnnxTensor {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, i) => view.setFloat32(i * 4, value, true));
  return {
    dims,
    dataType: dataTypes.float,
    rawData: new Uint8Array(view.buffer),
    ...(name && { name }),
  };
}

function intTensor(values: readonly number[]): OnnxTensor {
  const view = new DataView(new ArrayBuffer(values.length * 8));
  values.forEach((value, i) => view.setBigInt64(i * 8, BigInt(value), true));
  return { dims: [values.length], dataType: dataTypes.int64, rawData: new Uint8Array(view.buffer) };
}

/** Tensors are named by strings. Trained numbers become initializers; constants of the graph, Constant nodes. */
class OnnxWriter implements GraphWriter<string> {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [];

  constructor(private readonly network: Network) {}

  private node(
    opType: string,
    name: string,
    input: string[],
    attribute: OnnxAttribute[] = [],
  ): string {
    this.nodes.push({ opType, name, input, output: [name], attribute });
    return name;
  }

  private constant(name: string, t: OnnxTensor): string {
    return this.node('Constant', name, [], [{ name: 'value', type: attributeTypes.tensor, t }]);
  }

  private initializer(name: string, values: Float32Array, dims: number[]): string {
    this.initializers.push(floatTensor(values, dims, name));
    return name;
  }

  private vector(name: string): string {
    const { values, shape } = arrayOf(this.network, name);
    return this.initializer(name, values, [...shape]);
  }

  rename(output: string, name: string): void {
    for (const node of this.nodes)
      node.output = node.output.map((one) => (one === output ? name : one));
  }

  image(): string {
    return 'image';
  }

  convolution(
    name: string,
    x: string,
    { kernel, stride, dilation, padding, depthwise }: ConvolutionShape,
  ): string {
    const { values, shape } = arrayOf(this.network, name);
    const weight = channelsFirst(values, shape, depthwise);
    return this.node(
      'Conv',
      `${name}.output`,
      [x, this.initializer(name, weight.values, weight.shape)],
      [
        ints('kernel_shape', [kernel, kernel]),
        ints('strides', [stride, stride]),
        ints('dilations', [dilation, dilation]),
        ints('pads', [padding, padding, padding, padding]),
        int('group', depthwise ? weight.shape[0] : 1),
      ],
    );
  }

  shift(name: string, x: string): string {
    const padded = this.node('Pad', `${name}.padded`, [
      x,
      this.constant(`${name}.pads`, intTensor([0, 0, 0, 0, 0, 0, 1, 1])),
    ]);
    const from = this.constant(`${name}.from`, intTensor([1, 1]));
    const to = this.constant(`${name}.to`, intTensor([2 ** 31 - 1, 2 ** 31 - 1]));
    return this.node('Slice', name, [
      padded,
      from,
      to,
      this.constant(`${name}.axes`, intTensor([2, 3])),
    ]);
  }

  norm(name: string, x: string): string {
    const inputs = ['gamma', 'beta', 'mean', 'variance'].map((part) =>
      this.vector(`${name}.${part}`),
    );
    return this.node('BatchNormalization', name, [x, ...inputs], [float('epsilon', normEpsilon)]);
  }

  relu(name: string, x: string): string {
    return this.node('Relu', name, [x]);
  }

  pool(name: string, x: string, kind: 'max' | 'average', stride: number): string {
    const attributes = [
      ints('kernel_shape', [3, 3]),
      ints('strides', [stride, stride]),
      ints('pads', [1, 1, 1, 1]),
    ];
    if (kind === 'average') attributes.push(int('count_include_pad', 0));
    return this.node(kind === 'max' ? 'MaxPool' : 'AveragePool', name, [x], attributes);
  }

  scale(name: string, x: string, factor: number): string {
    return this.node('Mul', `${name}.scaled`, [
      x,
      this.constant(name, floatTensor(Float32Array.of(factor), [])),
    ]);
  }

  /** One channel of zeros behind those of `x`, then a choice of channels. */
  place(name: string, x: string, positions: readonly number[], channels: number): string {
    const widened = this.node('Pad', `${name}.widened`, [
      x,
      this.constant(`${name}.pads`, intTensor([0, 0, 0, 0, 0, 1, 0, 0])),
    ]);
    const choice = Array.from({ length: channels }, (_, i) =>
      positions.includes(i) ? positions.indexOf(i) : positions.length,
    );
    return this.node(
      'Gather',
      name,
      [widened, this.constant(`${name}.choice`, intTensor(choice))],
      [int('axis', 1)],
    );
  }

  sum(name: string, terms: readonly string[]): string {
    return this.node('Sum', name, [...terms]);
  }

  concat(name: string, parts: readonly string[]): string {
    return this.node('Concat', name, [...parts], [int('axis', 1)]);
  }

  classifier(name: string, x: string): string {
    const pooled = this.node('GlobalAveragePool', `${name}.pooled`, [x]);
    const flat = this.node('Flatten', `${name}.flat`, [pooled], [int('axis', 1)]);
    return this.node('Gemm', `${name}.output`, [
      flat,
      this.vector(`${name}.weight`),
      this.vector(`${name}.bias`),
    ]);
  }
}
