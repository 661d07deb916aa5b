/** The nodes and constants of a TensorFlow.js graph model, as `writeGraph` reports a network. */
import type { Network } from '../../granularity/network.ts';
import { arrayOf, insideWindow } from './arrays.ts';
import type { ConvolutionShape, GraphWriter } from './graph.ts';

export interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
}

/** TensorFlow's NodeDef as JSON: integers as decimal strings, strings as base64. */
export interface GraphNode {
  name: string;
  readonly op: string;
  readonly input: string[];
  readonly attr: Record<string, object>;
}

const normEpsilon = 1e-5;
/** Less than any activation. */
const lowest = -1e9;

const text = (value: string) => ({ s: btoa(value) });
const list = (values: readonly number[]) => ({ list: { i: values.map(String) } });
const floatType = { T: { type: 'DT_FLOAT' } };

/** Tensors are named by strings. */
export class TfjsWriter implements GraphWriter<string> {
  readonly nodes: GraphNode[] = [];
  readonly entries: WeightEntry[] = [];
  private readonly data: (Float32Array | Int32Array)[] = [];

  constructor(private readonly network: Network) {}

  bytes(): Uint8Array<ArrayBuffer> {
    const view = new DataView(
      new ArrayBuffer(this.data.reduce((sum, { length }) => sum + length * 4, 0)),
    );
    let at = 0;
    for (const values of this.data) {
      for (const value of values) {
        if (values instanceof Int32Array) view.setInt32(at, value, true);
        else view.setFloat32(at, value, true);
        at += 4;
      }
    }
    return new Uint8Array(view.buffer);
  }

  private node(
    op: string,
    name: string,
    input: string[],
    attr: Record<string, object> = {},
  ): string {
    this.nodes.push({ name, op, input, attr: { ...floatType, ...attr } });
    return name;
  }

  private constant(
    name: string,
    values: Float32Array | Int32Array,
    shape: readonly number[],
  ): string {
    const float = values instanceof Float32Array;
    const type = float ? 'DT_FLOAT' : 'DT_INT32';
    this.entries.push({ name, shape: [...shape], dtype: float ? 'float32' : 'int32' });
    this.data.push(values);
    const tensorShape = { dim: shape.map((size) => ({ size: String(size) })) };
    this.nodes.push({
      name,
      op: 'Const',
      input: [],
      attr: { dtype: { type }, value: { tensor: { dtype: type, tensorShape } } },
    });
    return name;
  }

  private integers(
    name: string,
    values: readonly number[],
    shape: readonly number[] = [values.length],
  ): string {
    return this.constant(name, Int32Array.from(values), shape);
  }

  private parameter(name: string): string {
    const { values, shape } = arrayOf(this.network, name);
    return this.constant(name, values, shape);
  }

  image(): string {
    const { imageSize, imageChannels } = this.network.plan.space;
    const dim = [-1, imageSize, imageSize, imageChannels].map((size) => ({ size: String(size) }));
    this.nodes.push({
      name: 'image',
      op: 'Placeholder',
      input: [],
      attr: { dtype: { type: 'DT_FLOAT' }, shape: { shape: { dim } } },
    });
    return 'image';
  }

  convolution(
    name: string,
    x: string,
    { stride, dilation, padding, depthwise }: ConvolutionShape,
  ): string {
    const weights = this.parameter(name);
    // TensorFlow.js has no stride together with a dilation; at stride = dilation only every second pixel is read at all.
    const sparse = stride > 1 && dilation > 1;
    if (sparse && stride !== dilation)
      throw new RangeError(`${name}: stride ${stride} with dilation ${dilation}`);
    const input = sparse ? this.slice(`${name}.pixels`, x, [0, 0], stride) : x;
    const [s, d, p] = sparse ? [1, 1, padding / dilation] : [stride, dilation, padding];
    return this.node(
      depthwise ? 'DepthwiseConv2dNative' : 'Conv2D',
      `${name}.output`,
      [input, weights],
      {
        strides: list([1, s, s, 1]),
        dilations: list([1, d, d, 1]),
        data_format: text('NHWC'),
        padding: text('EXPLICIT'),
        explicit_paddings: list([0, 0, p, p, p, p, 0, 0]),
      },
    );
  }

  /** Pixels from `from` on, every `stride`-th. */
  private slice(name: string, x: string, from: readonly [number, number], stride: number): string {
    const begin = this.integers(`${name}.begin`, [0, ...from, 0]);
    const end = this.integers(`${name}.end`, [0, 0, 0, 0]);
    const strides = this.integers(`${name}.strides`, [1, stride, stride, 1]);
    const masks = {
      begin_mask: { i: '0' },
      end_mask: { i: '15' },
      ellipsis_mask: { i: '0' },
      new_axis_mask: { i: '0' },
      shrink_axis_mask: { i: '0' },
    };
    return this.node('StridedSlice', name, [x, begin, end, strides], masks);
  }

  private pad(
    name: string,
    x: string,
    margins: readonly [number, number][],
    value: number,
  ): string {
    const paddings = this.integers(`${name}.paddings`, margins.flat(), [4, 2]);
    return this.node('PadV2', name, [
      x,
      paddings,
      this.constant(`${name}.value`, Float32Array.of(value), []),
    ]);
  }

  shift(name: string, x: string): string {
    const padded = this.pad(`${name}.padded`, x, [[0, 0], [0, 1], [0, 1], [0, 0]], 0); // prettier-ignore
    return this.slice(name, padded, [1, 1], 1);
  }

  norm(name: string, x: string): string {
    const inputs = ['gamma', 'beta', 'mean', 'variance'].map((part) =>
      this.parameter(`${name}.${part}`),
    );
    return this.node('FusedBatchNormV3', name, [x, ...inputs], {
      epsilon: { f: normEpsilon },
      data_format: text('NHWC'),
      is_training: { b: false },
    });
  }

  relu(name: string, x: string): string {
    return this.node('Relu', name, [x]);
  }

  relu6(name: string, x: string): string {
    return this.node('Relu6', name, [x]);
  }

  /** Padded by hand: TensorFlow's 'same' puts the padding elsewhere at stride 2. */
  pool(name: string, x: string, kind: 'max' | 'average', stride: number, size: number): string {
    const padded = this.pad(`${name}.padded`, x, [[0, 0], [1, 1], [1, 1], [0, 0]], kind === 'max' ? lowest : 0); // prettier-ignore
    const attr = {
      ksize: list([1, 3, 3, 1]),
      strides: list([1, stride, stride, 1]),
      padding: text('VALID'),
      data_format: text('NHWC'),
    };
    if (kind === 'max') return this.node('MaxPool', name, [padded], attr);
    const mean = this.node('AvgPool', `${name}.mean`, [padded], attr);
    const inside = insideWindow(size, stride);
    const border = Float32Array.from(
      { length: inside.length ** 2 },
      (_, i) => 9 / (inside[Math.floor(i / inside.length)]! * inside[i % inside.length]!),
    );
    return this.node('Mul', name, [
      mean,
      this.constant(`${name}.border`, border, [1, inside.length, inside.length, 1]),
    ]);
  }

  scale(name: string, x: string, factor: number): string {
    return this.node('Mul', `${name}.scaled`, [
      x,
      this.constant(name, Float32Array.of(factor), []),
    ]);
  }

  place(name: string, x: string, positions: readonly number[], channels: number): string {
    const widened = this.pad(`${name}.widened`, x, [[0, 0], [0, 0], [0, 0], [0, 1]], 0); // prettier-ignore
    const choice = Array.from({ length: channels }, (_, i) =>
      positions.includes(i) ? positions.indexOf(i) : positions.length,
    );
    return this.node(
      'GatherV2',
      name,
      [widened, this.integers(`${name}.choice`, choice), this.integers(`${name}.axis`, [3], [])],
      { batch_dims: { i: '0' } },
    );
  }

  sum(name: string, terms: readonly string[]): string {
    return this.node('AddN', name, [...terms], { N: { i: String(terms.length) } });
  }

  concat(name: string, parts: readonly string[]): string {
    return this.node('ConcatV2', name, [...parts, this.integers(`${name}.axis`, [3], [])], {
      N: { i: String(parts.length) },
    });
  }

  classifier(name: string, x: string): string {
    const pooled = this.node('Mean', `${name}.pooled`, [x, this.integers(`${name}.axes`, [1, 2])], {
      keep_dims: { b: false },
    });
    const product = this.node(
      'MatMul',
      `${name}.product`,
      [pooled, this.parameter(`${name}.weight`)],
      { transpose_a: { b: false }, transpose_b: { b: false } },
    );
    return this.node('AddV2', `${name}.output`, [product, this.parameter(`${name}.bias`)]);
  }
}
