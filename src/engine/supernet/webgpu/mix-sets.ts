/** Which mixes lie side by side, and at which states their terms begin. */
import { belongsToReaders, hasChannels } from '../../../domain/graph/graph.ts';
import type { Graph, Node, NodeOf } from '../../../domain/graph/graph.ts';
import { mixSources } from '../../../kernels/webgpu/mix/rows.ts';
import { mostTargets } from '../../../kernels/webgpu/mix-backward/program.ts';
import { quadsOf } from '../../../kernels/webgpu/quad.ts';
import type { MixSet } from './batches.ts';
import { isWithin, refuse } from './select.ts';
import type { Programs } from './select.ts';
import { tensor } from './tensor.ts';

/** The nodes of a term, every one after its inputs, and the state at which it begins: the first node outside of it. */
export interface TermNodes {
  readonly state: Node;
  readonly nodes: readonly Node[];
}

/** @throws RangeError where a term begins at several states. */
export function termNodes(mix: NodeOf<'mix'>, term: number): TermNodes {
  const { scope } = mix.terms[term]!;
  const nodes = new Set<Node>();
  const states = new Set<Node>();
  const visit = (node: Node): void => {
    if (nodes.has(node) || states.has(node)) return;
    if (!belongsToReaders(node) && !isWithin(node, scope)) {
      states.add(node);
      return;
    }
    for (const input of node.inputs) visit(input);
    nodes.add(node);
  };
  visit(mix.inputs[term]!);
  const [state] = states;
  if (state === undefined || states.size !== 1)
    refuse(mix.inputs[term]!, `a candidate of ${states.size} inputs`);
  return { state, nodes: [...nodes] };
}

/** A term, and what of it is computed though pruning may have left nothing of its end. */
export interface PlannedTerm extends TermNodes {
  readonly mix: NodeOf<'mix'>;
  readonly index: number;
  /** It adds something to the mix. */
  readonly mixed: boolean;
}

export interface PlannedSet extends MixSet {
  readonly terms: readonly PlannedTerm[];
  /** States outside of the set; some may have no channel left. */
  readonly outside: readonly Node[];
  /** Mixes take in states themselves or pools of them, for which those lie in the mixes' lanes. */
  readonly isDirect: boolean;
  readonly mayPool: boolean;
}

/** Width that holds the channels of all these nodes, each in the lane of its id. */
const widthOf = (nodes: readonly Node[]): number =>
  1 + Math.max(-1, ...nodes.flatMap(({ channels }) => channels));

/**
 * The sets of a graph's mixes in order.
 * @param computed whether a node is computed at all. @param directly of the network's programs.
 */
export function mixSets(
  { nodes }: Graph,
  computed: (node: Node) => boolean,
  directly: Programs['directly'],
): PlannedSet[] {
  const joined = new Map<Node, NodeOf<'concat'>>();
  for (const node of nodes) {
    if (node.kind !== 'concat' || !computed(node)) continue;
    for (const input of node.inputs) {
      if (input.kind !== 'mix') continue;
      if (joined.has(input)) refuse(node, `a second concatenation of ${input.name}`);
      joined.set(input, node);
    }
  }
  const sets = new Map<Node, NodeOf<'mix'>[]>();
  for (const node of nodes) {
    if (node.kind !== 'mix' || !hasChannels(node) || !computed(node)) continue;
    const key = joined.get(node) ?? node;
    sets.set(key, [...(sets.get(key) ?? []), node]);
  }
  return alike([...sets].map(([joint, mixes]) => draftSet(joint, mixes, directly))).map(planSet);
}

/** A set before its width is settled. */
interface Draft extends Pick<PlannedSet, 'mixes' | 'terms' | 'outside' | 'isDirect' | 'mayPool'> {
  readonly joint: Node;
  readonly width: number;
}

/** Mixes that others take in as they are lie as wide as those: channel c in lane c of as many quads. */
function alike(drafts: readonly Draft[]): Draft[] {
  const widths = new Map<Draft, number>(drafts.map((draft) => [draft, draft.width]));
  const pairsOf = drafts.flatMap((draft) =>
    draft.isDirect
      ? drafts
          .filter(({ mixes }) => draft.outside.some((state) => (mixes as Node[]).includes(state)))
          .map((before) => [before, draft] as const)
      : [],
  );
  // A chain is as wide as its widest link: backwards and forwards.
  for (const [a, b] of [...pairsOf.toReversed(), ...pairsOf]) {
    const width = Math.max(widths.get(a)!, widths.get(b)!);
    widths.set(a, width).set(b, width);
  }
  return drafts.map((draft) => ({ ...draft, width: widths.get(draft)! }));
}

function draftSet(
  joint: Node,
  mixes: readonly NodeOf<'mix'>[],
  direct: Programs['directly'],
): Draft {
  if (mixes.length > mostTargets) refuse(joint, `a concatenation of ${mixes.length} mixes`);
  const terms = mixes.flatMap((mix) =>
    mix.inputs.map((input, index) => ({
      ...{ mix, index, mixed: hasChannels(input) },
      ...termNodes(mix, index),
    })),
  );
  const states = [...new Set(terms.map(({ state }) => state))];
  const outside = states.filter((state) => !(mixes as readonly Node[]).includes(state));
  const directly = mixes.map(({ name }) => direct(name));
  const isDirect = directly.some((takes) => takes !== 'nothing');
  const mayPool = directly.includes('pools');
  return {
    ...{ joint, mixes, terms, isDirect, mayPool },
    width: widthOf(isDirect ? [...mixes, ...outside] : mixes),
    outside: outside.sort((a, b) => a.id - b.id),
  };
}

function planSet({ joint, width, ...draft }: Draft): PlannedSet {
  const { size } = draft.mixes[0]!;
  return {
    ...draft,
    ...{ width, quads: quadsOf(width) },
    tensor: tensor(joint.name, size),
    gradient: tensor(`gradient of ${joint.name}`, size, true),
  };
}

/** States that one dispatch mixes: at most two. */
export function pairs<T>(list: readonly T[]): T[][] {
  const result: T[][] = [];
  for (let i = 0; i < list.length; i += mixSources) result.push(list.slice(i, i + mixSources));
  return result;
}
