/** Settles where the results of work lie: tensors, quads, lanes, weights in kernel order, slots of norms. */
import { none } from '../../../kernels/webgpu/quad.ts';
import { parameter } from '../../../domain/graph/layout.ts';
import { hasChannels } from '../../../domain/graph/graph.ts';
import type { Node, NodeOf } from '../../../domain/graph/graph.ts';
import type { ParameterTable } from '../../../domain/graph/parameters.ts';
import type { Batch, MixSet, Product } from './batches.ts';
import type { PlannedSet } from './mix-sets.ts';
import type { SlotRegistry, WeightRegistry } from './registry.ts';
import type { Work } from './schedule.ts';
import { readOf, refuse } from './select.ts';
import type { GraphIndex, Programs } from './select.ts';
import { allot, allotPacked, lanesOf, tensor } from './tensor.ts';
import type { Norm, Place, Tensor, Value } from './tensor.ts';

export interface PlacementOptions {
  readonly table: ParameterTable;
  readonly programs: Programs;
  readonly weights: WeightRegistry;
  readonly slots: SlotRegistry;
  /** The filter granularity is on: norms have gates. */
  readonly gated: boolean;
}

type Convolution = NodeOf<'convolution'>;

/** Members that have all of `keys` in common, in order. */
export function groupBy<T>(list: readonly T[], ...keys: ((one: T) => unknown)[]): T[][] {
  const [key, ...rest] = keys;
  if (!key) return [[...list]];
  const groups = new Map<unknown, T[]>();
  for (const one of list) groups.set(key(one), [...(groups.get(key(one)) ?? []), one]);
  return [...groups.values()].flatMap((group) => groupBy(group, ...rest));
}

const strideOf = (node: Node, stride: number): 1 | 2 =>
  stride === 1 || stride === 2 ? stride : refuse(node, `stride ${stride}`);

export class Placement {
  readonly norms = new Map<Node, Norm>();
  /** What is read from memory. */
  private readonly values = new Map<Node, Value>();
  /** The same inside a group, whose states' gradients come together apart. */
  private local = new Map<Node, Value>();
  /** Inputs of norms: of a pool by the norm. */
  private readonly raw = new Map<Node, Place>();
  /** Copies of stored norms in the lanes of the mixes that read them. */
  private readonly spread = new Map<Node, Place>();
  /** Tensors of the part under way, by what they hold and size. */
  private opened = new Map<string, Tensor>();

  constructor(
    private readonly index: GraphIndex,
    private readonly sets: readonly PlannedSet[],
    private readonly options: PlacementOptions,
  ) {}

  /** New tensors for what comes next. */
  open(): void {
    this.close();
  }

  /** Nothing more is added to the tensors: the slots of their norms are settled. */
  close(): void {
    const { slots, gated } = this.options;
    for (const results of this.opened.values()) {
      const norms = [...this.norms.values()]
        .filter(({ raw }) => raw.tensor === results)
        .sort((a, b) => a.raw.quad - b.raw.quad);
      if (norms.length === 0) continue;
      results.slot = slots.count;
      for (const { node, raw } of norms) {
        slots.reserve(results.slot + raw.quad - slots.count);
        const gate = gated ? node.gate : null;
        const at = gate?.threshold;
        const specs = {
          gamma: this.spec(`${node.name}.gamma`),
          beta: this.spec(`${node.name}.beta`),
          mean: this.spec(`${node.name}.mean`),
          variance: this.spec(`${node.name}.variance`),
          gate: gate && this.spec(gate.logits),
          threshold: at ? this.spec(at.name).offset + at.element : none,
        };
        slots.add(specs, lanesOf(raw, node.channels), raw.quads);
      }
    }
    this.opened = new Map();
  }

  private spec(name: string): ReturnType<typeof parameter> {
    return parameter(this.options.table, name);
  }

  private tensor(role: 'results' | 'depthwise', size: number, of: Node): Tensor {
    const key = `${role} ${size}`;
    let made = this.opened.get(key);
    if (!made) this.opened.set(key, (made = tensor(`${role} from ${of.name} on`, size)));
    return made;
  }

  /** Inputs of the norms of `size` pixels in the part under way. */
  results(size: number, of: Node): Tensor {
    return this.tensor('results', size, of);
  }

  /** Values of a group's states, until the next call. */
  within(states: readonly Value[]): void {
    this.local = new Map(states.map((state) => [state.node, state]));
  }

  private value(reader: Node, node: Node): Value {
    if (!hasChannels(node)) return nothing(node);
    const local = this.local.get(node);
    if (local) return local;
    if (this.spread.has(node)) refuse(reader, `reading ${node.name} beside mixes`);
    const value = this.values.get(node);
    if (!value) refuse(reader, `reading the unstored ${node.kind} ${node.name}`);
    return value;
  }

  /** A state outside of its readers' group. */
  stateOf(node: Node): Value {
    const value = this.values.get(node);
    if (!value) refuse(node, `a ${node.kind} as a state of mixes`);
    return value;
  }

  /** Where mixes of `set` read a state: channel c in lane c. */
  statesOf(set: MixSet, { node, place }: Value): Place {
    const at = this.spread.get(node) ?? place;
    if (!inItsLanes(at, set.quads)) refuse(node, 'a mix of states in other lanes');
    return at;
  }

  /** Places work of one kind, and says how it is batched. */
  place(work: readonly Work[]): Batch[] {
    const nodes = work.map(({ node }) => node);
    const [{ kind }] = work;
    switch (kind) {
      case 'image convolution':
        return (nodes as Convolution[]).map((node) => this.imageConvolution(node));
      case 'depthwise':
        return this.depthwise(nodes as Convolution[]);
      case 'pointwise':
        return this.pointwise(nodes as Convolution[]);
      case 'strided':
        return this.strided(nodes as Convolution[]);
      case 'pool':
        return this.pools(nodes as NodeOf<'norm'>[]);
      case 'norm':
        return this.statistics(nodes as NodeOf<'norm'>[]);
      case 'store':
        return this.store(nodes as NodeOf<'norm'>[]);
      case 'linear':
        return (nodes as NodeOf<'linear'>[]).map((node) => this.linear(node));
    }
  }

  private imageConvolution(node: Convolution): Batch {
    const place = allotPacked(this.results(node.size, node), node.channels);
    this.raw.set(node, place);
    const weights = this.options.weights.addStem(this.spec(node.weight));
    return {
      kind: 'image convolution',
      ...{ node, place, weights, channels: node.inputs[0].channels.length },
    };
  }

  private depthwise(nodes: readonly Convolution[]): Batch[] {
    const reads = nodes.map((node) => {
      const { node: input } = readOf(node);
      const activation = this.index.depthwiseInput(node);
      const norm = activation === 'affine' ? (this.norms.get(input) ?? null) : null;
      const value = norm ? null : this.value(node, input);
      return { node, activation, norm, value, input: norm?.raw ?? value!.place };
    });
    const key = ({ node, activation }: (typeof reads)[number]): string =>
      `${activation} ${node.stride} ${node.size}`;
    return groupBy(reads, key, ({ input }) => input.tensor).map((members): Batch => {
      const [{ node, activation, input }] = members;
      const stride = strideOf(node, node.stride);
      const output = this.tensor('depthwise', node.size, node);
      const outputGradient = tensor(`gradient of ${output.label}`, node.size, true);
      return {
        kind: 'depthwise',
        ...{ stride, activation, output, outputGradient, input: input.tensor },
        classes: this.options.programs.depthwise(activation, stride),
        inner: tensor(`gradient of what ${node.name} reads`, input.tensor.size, true),
        members: members.map((member) => {
          const { quads, laneOf } = member.input;
          const place = allot(output, quads, laneOf);
          const gradient = allot(outputGradient, quads, laneOf);
          this.values.set(member.node, { node: member.node, place, gradient });
          const lanes = lanesOf(member.input, member.node.channels);
          const taps = this.options.weights.addDepthwise(
            this.spec(member.node.weight),
            lanes,
            quads,
          );
          return { ...member, place, taps, gradientQuad: gradient.quad };
        }),
      };
    });
  }

  private pointwise(nodes: readonly Convolution[]): Batch[] {
    const reads = nodes.map((node) => {
      const { node: input, relu } = readOf(node);
      return { node, relu, value: this.value(node, input) };
    });
    // After a depthwise convolution the input's gradient is written at once, one behind the other.
    const batches = groupBy(
      reads.filter(({ value }) => value.place.quads > 0),
      ({ value, relu }) => (relu ? value.place.tensor : value.gradient.tensor),
      ({ node }) => node.size,
    );
    // A convolution of nothing gives zeros, in the batch of any other.
    for (const read of reads.filter(({ value }) => value.place.quads === 0)) {
      const same = batches.find(
        ([{ node, relu }]) => node.size === read.node.size && relu === read.relu,
      );
      if (same) same.push(read);
      else batches.push([read]);
    }
    return batches.map((own): Batch => {
      const [{ node, relu, value }] = own;
      const { isWide } = this.options.programs;
      const output = this.results(node.size, node);
      return {
        kind: 'pointwise',
        ...{ relu, output, input: value.place.tensor },
        tile: relu || own.some((one) => isWide(one.node.weight)) ? 2 : 1,
        members: own.map((one): Product => {
          const place = allotPacked(output, one.node.channels);
          this.raw.set(one.node, place);
          return { ...one, place, weights: this.product([one.node], one.node, one.value) };
        }),
      };
    });
  }

  private product(
    convolutions: readonly (Convolution | null)[],
    reader: Convolution,
    { place }: Value,
  ): Product['weights'] {
    return this.options.weights.addProducts(
      convolutions.map((one) => one && this.spec(one.weight)),
      lanesOf(place, readOf(reader).node.channels),
      place.quads,
    );
  }

  /** Two that a concatenation joins are one product: each from a quad of its own on. */
  private strided(nodes: readonly Convolution[]): Batch[] {
    const joints = new Map<Node, Convolution[]>();
    for (const node of nodes) {
      const [joint = node] = this.index.readersOf(node).filter(({ kind }) => kind === 'concat');
      joints.set(joint, [...(joints.get(joint) ?? []), node]);
    }
    const reads = [...joints].map(([node, parts]) => {
      const [part] = parts;
      const { node: input } = readOf(part);
      if (parts.length > 2 || parts.some((one) => readOf(one).node !== input))
        refuse(node, 'a concatenation of such convolutions');
      const byShift = ([0, 1] as const).map((s) => parts.filter(({ shift }) => shift === s));
      if (byShift.some((own) => own.length > 1)) refuse(node, 'two convolutions of one shift');
      const convolutions = byShift.map(([one]) => one ?? null);
      return { node, part, convolutions, value: this.value(part, input) };
    });
    return groupBy(
      reads,
      ({ value }) => value.place.tensor,
      ({ part }) => part.size,
    ).map((own): Batch => {
      const [{ node: first, value }] = own;
      const output = this.results(first.size, first);
      return {
        kind: 'strided',
        ...{ relu: true, output, input: value.place.tensor, tile: 2 },
        members: own.map(({ node, part, convolutions, value }): Product => {
          const weights = this.product(convolutions, part, value);
          const [before] = weights.quads;
          const laneOf = new Map<number, number>();
          convolutions.forEach((one, k) =>
            one?.channels.forEach((_, i) => {
              const id = node === one ? one.channels[i] : joinedId(node, one, i);
              laneOf.set(id, k * before * 4 + i);
            }),
          );
          const place = allot(output, weights.quads[0] + weights.quads[1], laneOf);
          this.raw.set(node, place);
          return { node, value, place, weights };
        }),
      };
    });
  }

  private pools(norms: readonly NodeOf<'norm'>[]): Batch[] {
    const reads = norms.map((norm) => {
      const pool = norm.inputs[0] as NodeOf<'pool'>;
      return { norm, pool, value: this.value(pool, pool.inputs[0]) };
    });
    return groupBy(
      reads,
      ({ pool }) => pool.stride,
      ({ value }) => value.place.tensor,
    ).map((own): Batch => {
      const [{ pool, value }] = own;
      const output = this.results(pool.size, pool);
      return {
        kind: 'pool',
        ...{ stride: strideOf(pool, pool.stride), input: value.place.tensor, output },
        members: own.map((one) => {
          const { quads, laneOf } = one.value.place;
          const place = allot(output, quads, laneOf);
          this.raw.set(one.norm, place);
          return { norm: one.norm, maximum: one.pool.pool === 'max', value: one.value, place };
        }),
      };
    });
  }

  /** Runs of norms whose inputs lie one behind the other. */
  private statistics(nodes: readonly NodeOf<'norm'>[]): Batch[] {
    const batches: { kind: 'norm'; input: Tensor; norms: Norm[] }[] = [];
    for (const node of nodes) {
      const raw = this.raw.get(node) ?? this.raw.get(node.inputs[0]);
      if (!raw) refuse(node, `a norm of a ${node.inputs[0].kind}`);
      if ([...this.norms.values()].some((other) => other.raw === raw))
        refuse(node, `a second norm of ${node.inputs[0].name}`);
      this.norms.set(node, { node, raw });
    }
    const norms = nodes.map((node) => this.norms.get(node)!);
    for (const norm of norms.sort((a, b) => a.raw.quad - b.raw.quad)) {
      const { tensor: input, quad } = norm.raw;
      const open = batches.find((batch) => {
        const { raw } = batch.norms.at(-1)!;
        return batch.input === input && raw.quad + raw.quads === quad;
      });
      if (open) open.norms.push(norm);
      else batches.push({ kind: 'norm', input, norms: [norm] });
    }
    return batches;
  }

  private store(nodes: readonly NodeOf<'norm'>[]): Batch[] {
    const norms = nodes.map((node) => this.norms.get(node)!);
    const setOf = ({ node }: Norm): PlannedSet | undefined =>
      this.sets.find(({ outside }) => outside.includes(node));
    return groupBy(norms, ({ raw }) => raw.tensor, setOf).map((own): Batch => {
      const [{ raw, node }] = own;
      const set = setOf(own[0]);
      const compact = tensor(node.name, raw.tensor.size);
      const places = own.map((one) => allot(compact, one.raw.quads, one.raw.laneOf));
      const copies = [{ tensor: compact, places }];
      if (set && !places.every((place) => inItsLanes(place, set.quads))) {
        const wide = tensor(`${node.name} in the lanes of ${set.tensor.label}`, compact.size);
        const spread = own.map((one) => {
          const laneOf = new Map(one.node.channels.map((id) => [id, id]));
          const place = allot(wide, set.quads, laneOf);
          this.spread.set(one.node, place);
          return place;
        });
        copies.push({ tensor: wide, places: spread });
      }
      const last = copies.at(-1)!;
      const gradient = tensor(`gradient of ${last.tensor.label}`, compact.size, true);
      gradient.quads = last.tensor.quads;
      return {
        kind: 'store',
        ...{ copies, input: raw.tensor },
        members: own.map((norm, i) => {
          const at = { ...last.places[i], tensor: gradient };
          const value = { node: norm.node, place: places[i], gradient: at };
          this.values.set(norm.node, value);
          return { norm, value, gradient: at };
        }),
      };
    });
  }

  private linear(node: NodeOf<'linear'>): Batch {
    const [input] = node.inputs[0].inputs;
    if (input.channels.length === 0) refuse(node, 'a classifier of nothing');
    const value = this.value(node, input);
    const { place, gradient } = value;
    if (place.quad > 0 || gradient.quad > 0 || place.quads < place.tensor.quads)
      refuse(node, `a global pool of part of ${place.tensor.label}`);
    return { kind: 'linear', node, value, lanes: lanesOf(place, input.channels) };
  }

  placeMix({ quads, tensor, gradient }: PlannedSet, node: NodeOf<'mix'>): void {
    const place = allot(tensor, quads, new Map(node.channels.map((id) => [id, id])));
    gradient.quads = tensor.quads;
    this.values.set(node, { node, place, gradient: { tensor: gradient, quad: place.quad } });
  }

  /** The mixes of a set side by side, where a concatenation joins them. */
  joinMixes({ mixes, tensor, gradient }: PlannedSet): void {
    const joint = this.index.readersOf(mixes[0]).find(({ kind }) => kind === 'concat');
    if (!joint) return;
    const laneOf = new Map<number, number>();
    for (const mix of mixes) {
      const { quad } = this.values.get(mix)!.place;
      mix.channels.forEach((id, i) => laneOf.set(joinedId(joint, mix, i), quad * 4 + id));
    }
    const place = { tensor, laneOf, quad: 0, quads: tensor.quads };
    this.values.set(joint, { node: joint, place, gradient: { tensor: gradient, quad: 0 } });
  }
}

/** The result of a node of which no channel is left. */
function nothing(node: Node): Value {
  const label = `nothing of ${node.name}`;
  const place = { tensor: tensor(label, node.size), quad: 0, quads: 0, laneOf: new Map() };
  return { node, place, gradient: { tensor: tensor(label, node.size, true), quad: 0 } };
}

/** Id in a concatenation of the i-th channel of one of its parts. */
function joinedId(joint: Node, part: Node, i: number): number {
  const before = joint.inputs
    .slice(0, joint.inputs.indexOf(part))
    .reduce((n, { channels }) => n + channels.length, 0);
  return joint.channels[before + i];
}

const inItsLanes = ({ quads, laneOf }: Place, wanted: number): boolean =>
  quads === wanted && [...laneOf].every(([id, lane]) => id === lane);
