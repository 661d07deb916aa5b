/**
 * Writes a trained architecture as an ONNX model (opset 17): input `image`, [N, channels, height, width], normalized as
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
import { attributeTypes, encodeModel } from './onnx-schema.ts';
import type { OnnxAttribute, OnnxNode, OnnxTensor, OnnxValue } from './onnx-schema.ts';
import { float, floatTensor, int, ints, intTensor, value } from './onnx-values.ts';

/** As engine/supernet: PyTorch's. */
const normEpsilon = 1e-5;

export function exportOnnx(trained: Trained, latency: MeasuredLatency | null = null): Uint8Array {
  const network = networkOf(trained);
  const writer = new OnnxWriter(network);
  writer.rename(writeGraph(network, writer), 'logits');
  const card = modelCard(network, trained, latency);
  const { imageSize, imageChannels, classNames } = card.task;
  return encodeModel({
    // That of the release which brought opset 17.
    irVersion: 8,
    producerName: 'MGAS Lab',
    producerVersion: engineVersion,
    docString: cardLines(card).join('\n'),
    opsetImport: [{ domain: '', version: 17 }],
    metadataProps: Object.entries({ ...card, class_names: classNames }).map(([key, entry]) => ({
      key,
      value: typeof entry === 'string' ? entry : JSON.stringify(entry),
    })),
    graph: {
      name: 'discovered',
      node: writer.nodes,
      initializer: writer.initializers,
      input: [value('image', [imageChannels, imageSize, imageSize])],
      output: [value('logits', [classNames.length])],
      valueInfo: writer.values('logits'),
    },
  });
}

/** Tensors are named by strings. Trained numbers become initializers; constants of the graph, Constant nodes. */
class OnnxWriter implements GraphWriter<string> {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [];
  /** Channels, and pixels per side, of every tensor of images; channels alone behind the global pool. */
  private readonly shapes = new Map<string, readonly number[]>();

  constructor(private readonly network: Network) {
    const { imageChannels, imageSize } = network.plan.space;
    this.shapes.set('image', [imageChannels, imageSize, imageSize]);
  }

  /** Of all tensors but the model's input and `output`. */
  values(output: string): OnnxValue[] {
    return [...this.shapes].flatMap(([name, dims]) =>
      name === 'image' || name === output ? [] : [value(name, dims)],
    );
  }

  private shape(name: string): readonly number[] {
    const shape = this.shapes.get(name);
    if (!shape) throw new Error(`no shape of '${name}' is known`);
    return shape;
  }

  private shaped(name: string, dims: readonly number[]): string {
    this.shapes.set(name, dims);
    return name;
  }

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
    this.shapes.set(name, this.shape(output));
    this.shapes.delete(output);
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
    const [, size] = this.shape(x);
    const reach = dilation * (kernel - 1) + 1;
    const side = Math.floor((size! + 2 * padding - reach) / stride) + 1;
    const output = this.node(
      'Conv',
      `${name}.output`,
      [x, this.initializer(name, weight.values, weight.shape)],
      [
        ints('kernel_shape', [kernel, kernel]),
        ints('strides', [stride, stride]),
        ints('dilations', [dilation, dilation]),
        ints('pads', [padding, padding, padding, padding]),
        int('group', depthwise ? weight.shape[0]! : 1),
      ],
    );
    return this.shaped(output, [weight.shape[0]!, side, side]);
  }

  shift(name: string, x: string): string {
    const [channels, size] = this.shape(x);
    const padded = this.node('Pad', `${name}.padded`, [
      x,
      this.constant(`${name}.pads`, intTensor([0, 0, 0, 0, 0, 0, 1, 1])),
    ]);
    this.shaped(padded, [channels!, size! + 1, size! + 1]);
    const from = this.constant(`${name}.from`, intTensor([1, 1]));
    const to = this.constant(`${name}.to`, intTensor([2 ** 31 - 1, 2 ** 31 - 1]));
    const axes = this.constant(`${name}.axes`, intTensor([2, 3]));
    return this.shaped(this.node('Slice', name, [padded, from, to, axes]), this.shape(x));
  }

  norm(name: string, x: string): string {
    const inputs = ['gamma', 'beta', 'mean', 'variance'].map((part) =>
      this.vector(`${name}.${part}`),
    );
    const attributes = [float('epsilon', normEpsilon)];
    return this.shaped(
      this.node('BatchNormalization', name, [x, ...inputs], attributes),
      this.shape(x),
    );
  }

  relu(name: string, x: string): string {
    return this.shaped(this.node('Relu', name, [x]), this.shape(x));
  }

  relu6(name: string, x: string): string {
    const [least, most] = [0, 6].map((bound) =>
      this.constant(`${name}.${bound}`, floatTensor(Float32Array.of(bound), [])),
    );
    return this.shaped(this.node('Clip', name, [x, least!, most!]), this.shape(x));
  }

  pool(name: string, x: string, kind: 'max' | 'average', stride: number): string {
    const attributes = [
      ints('kernel_shape', [3, 3]),
      ints('strides', [stride, stride]),
      ints('pads', [1, 1, 1, 1]),
    ];
    if (kind === 'average') attributes.push(int('count_include_pad', 0));
    const [channels, size] = this.shape(x);
    const side = Math.floor((size! - 1) / stride) + 1;
    const output = this.node(kind === 'max' ? 'MaxPool' : 'AveragePool', name, [x], attributes);
    return this.shaped(output, [channels!, side, side]);
  }

  scale(name: string, x: string, factor: number): string {
    const output = this.node('Mul', `${name}.scaled`, [
      x,
      this.constant(name, floatTensor(Float32Array.of(factor), [])),
    ]);
    return this.shaped(output, this.shape(x));
  }

  /** One channel of zeros behind those of `x`, then a choice of channels. */
  place(name: string, x: string, positions: readonly number[], channels: number): string {
    const widened = this.node('Pad', `${name}.widened`, [
      x,
      this.constant(`${name}.pads`, intTensor([0, 0, 0, 0, 0, 1, 0, 0])),
    ]);
    const [own, ...sides] = this.shape(x);
    this.shaped(widened, [own! + 1, ...sides]);
    const choice = Array.from({ length: channels }, (_, i) =>
      positions.includes(i) ? positions.indexOf(i) : positions.length,
    );
    const output = this.node(
      'Gather',
      name,
      [widened, this.constant(`${name}.choice`, intTensor(choice))],
      [int('axis', 1)],
    );
    return this.shaped(output, [channels, ...sides]);
  }

  sum(name: string, terms: readonly string[]): string {
    return this.shaped(this.node('Sum', name, [...terms]), this.shape(terms[0]!));
  }

  concat(name: string, parts: readonly string[]): string {
    const [, ...sides] = this.shape(parts[0]!);
    const channels = parts.reduce((sum, part) => sum + this.shape(part)[0]!, 0);
    const output = this.node('Concat', name, [...parts], [int('axis', 1)]);
    return this.shaped(output, [channels, ...sides]);
  }

  classifier(name: string, x: string): string {
    const pooled = this.node('GlobalAveragePool', `${name}.pooled`, [x]);
    const flat = this.node('Flatten', `${name}.flat`, [pooled], [int('axis', 1)]);
    const [channels] = this.shape(x);
    this.shaped(pooled, [channels!, 1, 1]);
    this.shaped(flat, [channels!]);
    const output = this.node('Gemm', `${name}.output`, [
      flat,
      this.vector(`${name}.weight`),
      this.vector(`${name}.bias`),
    ]);
    return this.shaped(output, [this.network.plan.space.classes]);
  }
}
