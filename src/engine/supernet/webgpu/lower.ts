/**
 * From the graph to what is recorded, without turning back:
 *
 * 1. `select.ts`: which program computes a node; a node that none computes is refused.
 * 2. `mix-sets.ts`, `schedule.ts`: parts of the graph, and in each the order of work; work of one kind that is ready
 *    together is one batch.
 * 3. this file, `places.ts`, `place.ts`: the tensors, quads, lanes, weights and slots of each batch (`batches.ts` has the types).
 * 4. `record.ts`: walks the batches forwards, then backwards; `programs/<kind>.ts` packs a batch's table rows and records
 *    its dispatches in both directions.
 * 5. `memory.ts`: gives tensors their buffers; those of the backward pass share memory by lifetime.
 *
 * The graph is cut where results are stored: a set of mixes that lie side by side is a part, with the candidates that
 * lead to them; what it needs of the rest of the network comes before it; what the outputs need comes last. A network
 * without mixes is one such last part.
 */
import { hasChannels, needed } from '../../../domain/graph/graph.ts';
import type { Graph, Node, NodeOf } from '../../../domain/graph/graph.ts';
import type { UnitRef } from '../../../domain/graph/parameters.ts';
import type { Batch, MixGroup, MixTerm, Source } from './batches.ts';
import { mixSets, pairs } from './mix-sets.ts';
import type { PlannedSet } from './mix-sets.ts';
import { groupBy } from './group-by.ts';
import { place } from './place.ts';
import { Places } from './places.ts';
import type { PlacementOptions } from './places.ts';
import { schedule } from './schedule.ts';
import { GraphIndex, refuse } from './select.ts';
import { tensor } from './tensor.ts';
import type { Norm, Tensor, Value } from './tensor.ts';

export interface Lowered {
  /** In the order of the forward pass. */
  readonly batches: readonly Batch[];
  /** Every norm that is computed. */
  readonly norms: ReadonlyMap<Node, Norm>;
  /** Where the terms of mixes are, by `unitKey`. */
  readonly terms: ReadonlyMap<string, { readonly group: MixGroup; readonly term: MixTerm }>;
  /** Whether a gradient reaches a node. */
  readonly isLive: (node: Node) => boolean;
}

export const unitKey = ({ cell, unit }: UnitRef): string => `${cell} ${unit}`;

/** @throws RangeError naming a node that the programs do not compute as it stands in this graph. */
export function lower(
  graph: Graph,
  outputs: readonly NodeOf<'linear'>[],
  options: PlacementOptions,
): Lowered {
  return new Lowering(graph, outputs, options).run();
}

class Lowering {
  private readonly index: GraphIndex;
  private readonly wanted: readonly Node[];
  private readonly computed: ReadonlySet<Node>;
  private readonly done = new Set<Node>();
  private readonly batches: Batch[] = [];
  private readonly terms = new Map<string, { group: MixGroup; term: MixTerm }>();
  private readonly places: Places;
  private readonly sets: readonly PlannedSet[];

  constructor(
    graph: Graph,
    private readonly outputs: readonly NodeOf<'linear'>[],
    options: PlacementOptions,
  ) {
    this.index = new GraphIndex(graph);
    this.wanted = needed(graph, outputs).filter(
      (node) => hasChannels(node) && node.kind !== 'image' && !options.given?.has(node),
    );
    this.computed = new Set(this.wanted);
    this.sets = mixSets(graph, (node) => this.computed.has(node), options.programs.directly);
    this.places = new Places(this.index, this.sets, options);
    for (const node of options.given?.keys() ?? []) this.done.add(node);
  }

  run(): Lowered {
    for (const set of this.sets) {
      this.frame(set.outside);
      this.mixSet(set);
    }
    this.frame(this.outputs);
    const isLive = this.live();
    const left = this.wanted.find((node) => isLive(node) && !this.done.has(node));
    if (left) throw new Error(`${left.name} was left out`);
    return {
      batches: this.batches,
      norms: this.places.norms,
      terms: this.terms,
      isLive,
    };
  }

  private live(): (node: Node) => boolean {
    const live = new Set<Node>(this.outputs);
    for (const node of [...this.wanted].reverse())
      if (live.has(node)) for (const input of node.inputs) live.add(input);
    return (node) => live.has(node) && hasChannels(node);
  }

  /** What is missing of what `goals` need: the network between the sets. */
  private frame(goals: readonly Node[]): void {
    const missing = new Set<Node>();
    const visit = (node: Node): void => {
      if (node.kind === 'mix' || this.done.has(node) || missing.has(node)) return;
      missing.add(node);
      node.inputs.forEach(visit);
    };
    goals.forEach(visit);
    const nodes = this.wanted.filter((node) => missing.has(node));
    if (nodes.length > 0) this.part(nodes, true, nodes[0]!);
  }

  /**
   * @param cut new tensors after every store.
   * @returns where the inputs of the norms of `goal`'s size lie.
   */
  private part(nodes: readonly Node[], cut: boolean, goal: Node): Tensor {
    for (const node of nodes) this.done.add(node);
    this.places.open();
    for (const work of schedule(nodes, this.index)) {
      this.batches.push(...place(this.places, work));
      if (cut && work[0]!.kind === 'store') this.places.open();
    }
    const results = this.places.results(goal.size, goal);
    this.places.close();
    return results;
  }

  /** States outside of the set feed all of its mixes; then each mix feeds those after it. */
  private mixSet(set: PlannedSet): void {
    for (const mix of set.mixes) this.places.placeMix(set, mix);
    const written = new Set<Node>();
    const outside = set.outside.filter(hasChannels).map((state) => this.places.stateOf(state));
    const groups = set.isDirect
      ? groupBy(
          outside,
          ({ place }) => place.tensor,
          (value) => this.places.statesOf(set, value).tensor,
        ).flatMap(pairs)
      : [outside];
    // Terms of nothing - their convolutions give zeros, their norms a constant - go with the first.
    const [first = [], ...others] = groups;
    this.mixGroup(set, first, written, (state) => !hasChannels(state));
    for (const values of others) this.mixGroup(set, values, written);
    for (const mix of set.mixes) {
      this.mixGroup(set, [this.places.stateOf(mix)], written);
      this.done.add(mix);
    }
    this.places.joinMixes(set);
  }

  /** The terms that begin at `states`, and at those that are `also` meant, summed into the set's mixes. */
  private mixGroup(
    set: PlannedSet,
    states: readonly Value[],
    written: Set<Node>,
    also: (state: Node) => boolean = () => false,
  ): void {
    const nodes = states.map(({ node }) => node);
    const computed = set.terms.filter(({ state }) => nodes.includes(state) || also(state));
    const terms = computed.filter(({ mixed }) => mixed);
    const { size } = set.tensor;
    const from = nodes[0]?.size ?? size;
    const stride = from === size ? 1 : 2;
    if (Math.ceil(from / stride) !== size)
      refuse(set.mixes[0]!, `a mix of ${from} to ${size} pixels`);
    const parts = tensor(`parts of ${set.tensor.label}`, from, true);
    const low = Math.min(...states.map(({ place }) => place.quad));
    // Where norms are between, convolutions leave their gradients with the states themselves.
    const sources = (set.isDirect ? states : []).map((state): Source => {
      const { quad, quads } = state.place;
      parts.quads = Math.max(parts.quads, quad - low + quads);
      const value = { ...state, gradient: { tensor: parts, quad: quad - low } };
      return { node: state.node, quad: this.places.statesOf(set, state).quad, value };
    });
    const first = this.batches.length;
    const inside = new Set(computed.flatMap((term) => term.nodes));
    this.places.within(sources.map(({ value }) => value));
    const shares = this.part(
      this.wanted.filter((node) => inside.has(node)),
      false,
      set.mixes[0]!,
    );
    this.places.within([]);
    if (terms.length === 0) return;
    const targets = set.mixes.filter((mix) => terms.some((term) => term.mix === mix));
    const group: MixGroup = {
      ...{ set, sources, shares, parts, mayPool: set.mayPool },
      ...this.statesOf(set, stride, states, parts),
      targets: targets.map((mix) => {
        const add = written.has(mix);
        written.add(mix);
        return { quad: set.mixes.indexOf(mix) * set.quads, add };
      }),
      terms: terms.map((term): MixTerm => ({
        unit: unitOf(term),
        source: nodes.indexOf(term.state),
        target: targets.indexOf(term.mix),
        ...this.summand(term.mix.inputs[term.index]!, term.state),
      })),
    };
    checkDirect(group, set.mixes[0]!);
    for (const term of group.terms)
      if (term.unit) this.terms.set(unitKey(term.unit), { group, term });
    if (set.isDirect) this.batches.splice(first, 0, { kind: 'sources', group });
    this.batches.push({ kind: 'mix', group });
  }

  private statesOf(
    set: PlannedSet,
    stride: 1 | 2,
    [first]: readonly Value[],
    parts: Tensor,
  ): Pick<MixGroup, 'stride' | 'inPlace' | 'states' | 'statesGradient'> {
    if (!set.isDirect) return { stride: 1, inPlace: false, states: parts, statesGradient: parts };
    return {
      stride,
      inPlace: first !== undefined && (set.mixes as readonly Node[]).includes(first.node),
      states: first ? this.places.statesOf(set, first).tensor : parts,
      statesGradient: first?.gradient.tensor ?? parts,
    };
  }

  /** How the mix takes in the end of a term. */
  private summand(node: Node, state: Node): Pick<MixTerm, 'share' | 'direct'> {
    if (node === state) return { share: null, direct: 'identity' };
    if (node.kind === 'pool' && node.inputs[0] === state) return { share: null, direct: node.pool };
    const share = this.places.norms.get(node);
    if (!share || this.index.isStored(share.node)) refuse(node, `a mix of a ${node.kind}`);
    return { share, direct: null };
  }
}

/** The candidate that a term is; null: a shortcut. */
const unitOf = ({ mix, index }: PlannedSet['terms'][number]): UnitRef | null =>
  mix.terms[index]!.unit;

/** A mix takes one identity, one average and one maximum of a state. */
function checkDirect({ terms }: MixGroup, state: Node): void {
  const seen = new Set<string>();
  for (const { source, target, direct } of terms) {
    if (!direct) continue;
    const key = `${source} ${target} ${direct}`;
    if (seen.has(key)) refuse(state, `a second ${direct} of a state in one mix`);
    seen.add(key);
  }
}
