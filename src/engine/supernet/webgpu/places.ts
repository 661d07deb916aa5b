/** Where everything lies that was placed so far: values, inputs of norms, and the tensors that are open. */
import { none } from '../../../kernels/webgpu/quad.ts';
import { parameter } from '../../../domain/graph/layout.ts';
import { hasChannels } from '../../../domain/graph/graph.ts';
import type { Node, NodeOf } from '../../../domain/graph/graph.ts';
import type { ParameterTable } from '../../../domain/graph/parameters.ts';
import type { MixSet } from './batches.ts';
import type { PlannedSet } from './mix-sets.ts';
import type { SlotRegistry, WeightRegistry } from './registry.ts';
import { refuse } from './select.ts';
import type { GraphIndex, Programs } from './select.ts';
import { allot, lanesOf, tensor } from './tensor.ts';
import type { Norm, Place, Tensor, Value } from './tensor.ts';

export interface PlacementOptions {
  readonly table: ParameterTable;
  readonly programs: Programs;
  readonly weights: WeightRegistry;
  readonly slots: SlotRegistry;
  /** The filter granularity is on: norms have gates. */
  readonly gated: boolean;
  /** Nodes whose results are there already, for a part of a network alone. */
  readonly given?: ReadonlyMap<Node, Value>;
}

export class Places {
  readonly norms = new Map<Node, Norm>();
  /** What is read from memory. */
  readonly values = new Map<Node, Value>();
  /** The same inside a group, whose states' gradients come together apart. */
  private local = new Map<Node, Value>();
  /** Inputs of norms: of a pool by the norm. */
  readonly raw = new Map<Node, Place>();
  /** Copies of stored norms in the lanes of the mixes that read them. */
  readonly spread = new Map<Node, Place>();
  /** Tensors of the part under way, by what they hold and size. */
  private opened = new Map<string, Tensor>();

  constructor(
    readonly index: GraphIndex,
    readonly sets: readonly PlannedSet[],
    readonly options: PlacementOptions,
  ) {
    for (const [node, value] of options.given ?? []) this.values.set(node, value);
  }

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

  spec(name: string): ReturnType<typeof parameter> {
    return parameter(this.options.table, name);
  }

  /** A tensor of the part under way. */
  tensor(role: 'results' | 'depthwise', size: number, of: Node): Tensor {
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

  /** What `reader` reads. */
  value(reader: Node, node: Node): Value {
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

  placeMix({ quads, tensor, gradient }: PlannedSet, node: NodeOf<'mix'>): void {
    const place = allot(tensor, quads, new Map(node.channels.map((id) => [id, id])));
    gradient.quads = tensor.quads;
    this.values.set(node, { node, place, gradient: { tensor: gradient, quad: place.quad } });
  }

  /** The mixes of a set side by side, where a concatenation joins them. */
  joinMixes({ mixes, tensor, gradient }: PlannedSet): void {
    const joint = this.index.readersOf(mixes[0]!).find(({ kind }) => kind === 'concat');
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
export function joinedId(joint: Node, part: Node, i: number): number {
  const before = joint.inputs
    .slice(0, joint.inputs.indexOf(part))
    .reduce((n, { channels }) => n + channels.length, 0);
  return joint.channels[before + i]!;
}

export const inItsLanes = ({ quads, laneOf }: Place, wanted: number): boolean =>
  quads === wanted && [...laneOf].every(([id, lane]) => id === lane);
