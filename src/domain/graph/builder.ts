/** Builds a graph and the table of its parameters, node by node. */
import type { Gate, Graph, MixNode, Node, NodeOf, Scope, Term } from './graph.ts';
import { fanIn, LayoutBuilder, zero } from './layout.ts';
import type { ParameterTable, UnitRef } from './parameters.ts';

type Ids = readonly number[];
type Fields<K extends Node['kind']> = Omit<NodeOf<K>, 'id' | 'kind' | 'scope'>;

interface ConvolutionOptions {
  readonly kernel?: number;
  readonly stride?: number;
  readonly dilation?: number;
  readonly shift?: 0 | 1;
  /** The candidate whose weight threshold masks it. */
  readonly maskedBy?: UnitRef | null;
}

const smaller = (size: number, stride: number): number => Math.ceil(size / stride);

export class GraphBuilder {
  private readonly nodes: Node[] = [];
  /** What is made once of a node, however many read it. */
  private readonly made = new Map<string, Node>();
  private scope: Scope | null = null;
  /** Parameters that belong to no node: importances and thresholds. */
  readonly layout = new LayoutBuilder();

  private add<K extends Node['kind']>(kind: K, fields: Fields<K>): NodeOf<K> {
    const { scope } = this;
    const node = { id: this.nodes.length, kind, scope, ...fields } as unknown as NodeOf<K>;
    this.nodes.push(node);
    return node;
  }

  private once<K extends Node['kind']>(kind: K, fields: Fields<K>): NodeOf<K> {
    const known = this.made.get(fields.name) as NodeOf<K> | undefined;
    if (known) return known;
    const node = this.add(kind, fields);
    this.made.set(fields.name, node);
    return node;
  }

  /** Emits a part of the network: what it adds belongs to the scope. */
  within<T>(name: string, title: string, emit: (scope: Scope) => T): T {
    const parent = this.scope;
    this.scope = { name, title, parent };
    try {
      return emit(this.scope);
    } finally {
      this.scope = parent;
    }
  }

  image(channels: number, size: number): NodeOf<'image'> {
    const ids = Array.from({ length: channels }, (_, i) => i);
    return this.add('image', { name: 'image', inputs: [], channels: ids, size });
  }

  /** A dense convolution into `filters`. */
  convolution(
    input: Node,
    weight: string,
    filters: Ids,
    { kernel = 1, stride = 1, dilation = 1, shift = 0, maskedBy = null }: ConvolutionOptions = {},
  ): NodeOf<'convolution'> {
    const { channels } = input;
    // Of the image, all channels are there always.
    const inputs = input.kind === 'image' ? channels.length : channels;
    this.layout.add(
      weight,
      'weight',
      [kernel, kernel, inputs, filters],
      fanIn(kernel * kernel * channels.length),
      maskedBy,
    );
    return this.add('convolution', {
      ...{ name: weight, weight, inputs: [input], channels: filters },
      ...{ kernel, stride, dilation, shift, depthwise: false, size: smaller(input.size, stride) },
    });
  }

  depthwise(
    input: Node,
    weight: string,
    { kernel = 3, stride = 1, dilation = 1, maskedBy = null }: Omit<ConvolutionOptions, 'shift'>,
  ): NodeOf<'convolution'> {
    const { channels } = input;
    this.layout.add(
      weight,
      'weight',
      [kernel, kernel, channels, 1],
      fanIn(kernel * kernel),
      maskedBy,
    );
    return this.add('convolution', {
      ...{ name: weight, weight, inputs: [input], channels },
      ...{ kernel, stride, dilation, shift: 0, depthwise: true, size: smaller(input.size, stride) },
    });
  }

  /** @param gate its logits are added as a parameter. */
  norm(input: Node, name: string, gate: Gate | null = null): NodeOf<'norm'> {
    const { channels, size } = input;
    this.layout.addNorm(name, channels);
    if (gate) this.layout.add(gate.logits, 'gate', [channels], zero);
    return this.add('norm', { name, inputs: [input], channels, size, gate });
  }

  relu(input: Node): NodeOf<'activation'> {
    return this.activation(input, 'relu');
  }

  relu6(input: Node): NodeOf<'activation'> {
    return this.activation(input, 'relu6');
  }

  private activation(
    input: Node,
    activation: NodeOf<'activation'>['activation'],
  ): NodeOf<'activation'> {
    const { name, channels, size } = input;
    return this.once('activation', {
      ...{ name: `${name}.${activation}`, inputs: [input], channels, size },
      activation,
    });
  }

  pool(input: Node, pool: 'average' | 'max', stride: number): NodeOf<'pool'> {
    const { name, channels, size } = input;
    return this.once('pool', {
      ...{ name: `${name}.${pool}-pool`, inputs: [input], channels, size: smaller(size, stride) },
      ...{ pool, kernel: 3, stride },
    });
  }

  /** @param size of the result, should there be no term. */
  mix(
    name: string,
    terms: readonly (Term & { readonly node: Node })[],
    { size, plain }: Pick<MixNode, 'size' | 'plain'>,
  ): NodeOf<'mix'> {
    const channels = [...new Set(terms.flatMap(({ node }) => node.channels))].sort((a, b) => a - b);
    return this.add('mix', {
      ...{ name, size, plain, channels, inputs: terms.map(({ node }) => node) },
      terms: terms.map(({ unit, name, scope }) => ({ unit, name, scope })),
    });
  }

  /** @param channels ids of all parts' channels in order. */
  concat(name: string, parts: readonly Node[], channels: Ids): NodeOf<'concat'> {
    const [first] = parts;
    if (!first) throw new Error(`${name}: nothing to concatenate.`);
    return this.add('concat', { name, inputs: parts, channels, size: first.size });
  }

  /** Global pool and a linear layer of parameters NAME.weight and NAME.bias. */
  classifier(input: Node, name: string, outputs: number): NodeOf<'linear'> {
    const { channels } = input;
    const pooled = this.once('global-pool', {
      ...{ name: `${input.name}.mean`, inputs: [input], channels, size: 1 },
    });
    this.layout.add(`${name}.weight`, 'weight', [channels, outputs], fanIn(channels.length));
    this.layout.add(`${name}.bias`, 'weight', [outputs], fanIn(channels.length));
    const ids = Array.from({ length: outputs }, (_, i) => i);
    return this.add('linear', { name, inputs: [pooled], channels: ids, size: 1, outputs });
  }

  build(): { graph: Graph; table: ParameterTable } {
    return { graph: { nodes: this.nodes }, table: this.layout.build() };
  }
}
