/**
 * A graph as one draws it: its sums as nodes, what they add up as edges, in groups. A group is a part of the network that
 * adds candidates up: a cell, or a layer of a chain. Pure.
 */
import { belongsToReaders } from './graph.ts';
import type { Graph, Node, NodeOf, Scope } from './graph.ts';

export interface OutlineState {
  /** Its number in the group: inputs, then nodes, then the output. */
  readonly state: number;
  readonly role: 'input' | 'node' | 'output';
  /** Of an input: the group whose output it reads; null = what comes before the first. */
  readonly source: number | null;
}

export interface OutlineEdge {
  readonly from: number;
  readonly to: number;
  /** Indices of its candidates in the vectors of the group; none: a shortcut. */
  readonly units: readonly number[];
}

export interface OutlineGroup {
  /** Of its candidates: what `UnitRef.cell` says. */
  readonly index: number;
  readonly title: string;
  readonly states: readonly OutlineState[];
  readonly edges: readonly OutlineEdge[];
  /** States that the output puts side by side; empty where a group has no output of its own. */
  readonly joined: readonly number[];
}

type Mix = NodeOf<'mix'>;

/** In the order of the graph. Of an unpruned super-net: what may ever be drawn. */
export function outline({ nodes }: Graph): OutlineGroup[] {
  const sums = new Map<Scope, Mix[]>();
  for (const node of nodes) {
    if (node.kind !== 'mix' || !node.scope) continue;
    const own = sums.get(node.scope) ?? [];
    sums.set(node.scope, own);
    own.push(node);
  }
  const groups = new Map<Scope, number>();
  for (const [scope, own] of sums) {
    const unit = own.flatMap(({ terms }) => terms).find((term) => term.unit)?.unit;
    if (unit) groups.set(scope, unit.cell);
  }
  return [...groups].map(([scope, index]) =>
    outlineGroup(nodes, scope, index, sums.get(scope)!, groups),
  );
}

function outlineGroup(
  nodes: readonly Node[],
  scope: Scope,
  index: number,
  own: readonly Mix[],
  groups: ReadonlyMap<Scope, number>,
): OutlineGroup {
  const read = own.flatMap((mix) =>
    mix.terms.map(({ unit, scope: candidate }, t) => ({
      unit,
      from: sourceOf(mix.inputs[t]!, candidate),
      to: mix,
    })),
  );
  const sums: ReadonlySet<Node> = new Set(own);
  const inputs = [...new Set(read.map(({ from }) => from))]
    .filter((node) => !sums.has(node))
    .sort((a, b) => a.id - b.id);
  const output = nodes.find((node) => node.kind === 'concat' && node.scope === scope);
  const order: Node[] = [...inputs, ...own, ...(output ? [output] : [])];
  const numbers = new Map(order.map((node, state) => [node, state]));
  const edges = new Map<string, { from: number; to: number; units: number[] }>();
  for (const { unit, from, to } of read) {
    const place = { from: numbers.get(from)!, to: numbers.get(to)! };
    const key = `${place.from} ${place.to}${unit ? '' : ' shortcut'}`;
    const edge = edges.get(key) ?? { ...place, units: [] };
    edges.set(key, edge);
    if (unit) edge.units.push(unit.unit);
  }
  return {
    index,
    title: scope.title,
    states: order.map((node, state) => {
      const role = node === output ? 'output' : sums.has(node) ? 'node' : 'input';
      return { state, role, source: role === 'input' ? groupBefore(node, scope, groups) : null };
    }),
    edges: [...edges.values()],
    joined: output ? output.inputs.flatMap((node) => numbers.get(node) ?? []) : [],
  };
}

/** What a candidate reads: behind its own nodes, and the activations and pools in front of them. */
function sourceOf(node: Node, candidate: Scope): Node {
  let at = node;
  while (at.scope === candidate || belongsToReaders(at)) at = at.inputs[0]!;
  return at;
}

/** The group outside `scope` whose result leads to a node. */
function groupBefore(node: Node, scope: Scope, groups: ReadonlyMap<Scope, number>): number | null {
  let at: Node | undefined = node;
  while (at && (belongsToReaders(at) || isWithin(at.scope, scope))) [at] = at.inputs;
  for (let own = at?.scope ?? null; own; own = own.parent) {
    const group = groups.get(own);
    if (group !== undefined) return group;
  }
  return null;
}

function isWithin(scope: Scope | null, around: Scope): boolean {
  for (let own = scope; own; own = own.parent) if (own === around) return true;
  return false;
}
