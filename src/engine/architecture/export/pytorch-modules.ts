/**
 * A network's graph as a tree of PyTorch modules, one for each `Scope`: a part that only chains layers becomes a
 * `Sequential`, a part that holds other parts, or adds tensors up, a class with a `forward` of its own.
 */
import type { Network } from '../../granularity/network.ts';
import { belongsToReaders, hasChannels } from '../../../domain/graph/graph.ts';
import type { Node, NodeOf, Scope } from '../../../domain/graph/graph.ts';
import { importanceOf } from './graph.ts';
import type { NamedArray } from './npz.ts';
import { layersOf, moduleArrays, sideBySide, under } from './pytorch-layers.ts';
import type { Layer } from './pytorch-layers.ts';

/** `self.NAME = ...` in a class's `__init__`. */
export type Attribute =
  | { readonly name: string; readonly layers: readonly Layer[] }
  | { readonly name: string; readonly of: PyTorchClass };

/** `VARIABLE = TERM + TERM ...` in a class's `forward`. */
export interface Statement {
  readonly variable: string;
  readonly terms: readonly string[];
}

export interface PyTorchClass {
  /** Null: the whole network. */
  readonly scope: Scope | null;
  /** Variables of the class around it that it reads. */
  readonly inputs: readonly string[];
  readonly attributes: readonly Attribute[];
  /** Names of those attributes that are candidate operations: terms of a sum. */
  readonly operations: readonly string[];
  readonly statements: readonly Statement[];
  /** Variable that is its result. */
  readonly output: string;
  readonly result: Node;
}

/** The state dict of a class, by attribute. */
export function stateDict({ attributes }: PyTorchClass): NamedArray[] {
  return attributes.flatMap((attribute) =>
    under(
      attribute.name,
      'of' in attribute ? stateDict(attribute.of) : moduleArrays(attribute.layers),
    ),
  );
}

/** @param scope null = the whole network. @throws Error where a graph cannot be written as modules. */
export function classOf(network: Network, scope: Scope | null = null): PyTorchClass {
  const nodes = network.plan.graph.nodes.filter(hasChannels);
  const isOwn = ({ scope: own }: Node): boolean => own === scope;
  const values = new Map<Node, string>();
  const inputs: string[] = [];
  const attributes: Attribute[] = [];
  const statements: Statement[] = [];
  const variable = (node: Node): string => {
    const source = throughReaders(node);
    let name = values.get(source);
    if (name === undefined) {
      if (isWithin(source, scope)) throw new Error(`${source.name} is read before it is computed`);
      name = nameOutside(source, scope);
      values.set(source, name);
      inputs.push(name);
    }
    return name;
  };
  /** A module of layers, and its call. */
  const call = (name: string, { from, layers }: Chain): string => {
    if (layers.length === 0) return variable(from);
    attributes.push({ name, layers });
    return `self.${name}(${variable(from)})`;
  };
  const operations: string[] = [];
  const terms = (node: NodeOf<'mix'>): string[] =>
    node.terms.flatMap((term, i) => {
      const input = node.inputs[i]!;
      if (!hasChannels(input)) return [];
      const chain = chainTo(network, input, term.scope);
      if (chain.layers.length > 0) operations.push(term.scope.name);
      const result = call(term.scope.name, chain);
      const weighted =
        node.plain || !term.unit
          ? result
          : `${importanceOf(network, term.unit).toPrecision(9)} * ${result}`;
      const { channels } = node;
      if (input.channels.length === channels.length) return [weighted];
      const places = input.channels.map((id) => channels.indexOf(id));
      return [`spread(${weighted}, [${places.join(', ')}], ${channels.length})`];
    });
  const candidates = new Set(
    nodes.flatMap((node) => (node.kind === 'mix' ? node.terms.map((term) => term.scope) : [])),
  );
  let result: Node | null = null;
  for (const part of partsOf(nodes, scope)) {
    if ('child' in part) {
      if (candidates.has(part.child)) continue;
      const { name } = part.child;
      const isChain = part.nodes.every(
        (node) => node.scope === part.child && node.kind !== 'mix' && !isCombined(node),
      );
      result = outputOf(nodes, part.nodes, part.child);
      let term: string;
      if (isChain) {
        term = call(name, chainTo(network, result, part.child));
      } else {
        const of = classOf(network, part.child);
        attributes.push({ name, of });
        const read = externals(part.nodes, part.child).map(variable);
        term = `self.${name}(${read.join(', ')})`;
      }
      statements.push({ variable: name, terms: [term] });
      values.set(result, name);
    } else if (part.node.kind === 'image') {
      values.set(part.node, 'images');
    } else if (isOwn(part.node)) {
      const { node } = part;
      const name = lastName(node);
      statements.push({ variable: name, terms: ownTerms(node, terms, variable) });
      values.set(node, name);
      result = node;
    }
  }
  if (!result) throw new Error('a module without a result');
  const output = values.get(result)!;
  return { scope, inputs, attributes, operations, statements, output, result };
}

function ownTerms(
  node: Node,
  terms: (node: NodeOf<'mix'>) => string[],
  variable: (node: Node) => string,
): string[] {
  if (node.kind === 'mix') return terms(node);
  if (node.kind !== 'concat') throw new Error(`${node.name} belongs to no module`);
  const parts = node.inputs.filter(hasChannels).map(variable);
  return [parts.length === 1 ? parts[0]! : `torch.cat([${parts.join(', ')}], dim=1)`];
}

interface Chain {
  /** What the first layer reads. */
  readonly from: Node;
  readonly layers: readonly Layer[];
}

/** The layers of one scope that lead to a node, with the activations and pools in front of them. */
function chainTo(network: Network, node: Node, scope: Scope): Chain {
  if (node.scope !== scope && !belongsToReaders(node)) return { from: node, layers: [] };
  if (node.kind !== 'concat') {
    const { from, layers } = chainTo(network, node.inputs[0]!, scope);
    return { from, layers: [...layers, ...layersOf(network, node)] };
  }
  const chains = node.inputs.filter(hasChannels).map((input) => chainTo(network, input, scope));
  const [first, ...others] = chains;
  if (others.length === 0) return first!;
  if (others.some(({ from }) => from !== first!.from))
    throw new Error(`${node.name} reads several tensors and belongs to no class`);
  const different = first!.layers.findIndex((layer, i) =>
    others.some(({ layers }) => layers[i]?.node !== layer.node),
  );
  const shared = first!.layers.slice(0, different);
  const branches = chains.map(({ layers }) => layers.slice(shared.length));
  return { from: first!.from, layers: [...shared, sideBySide(branches, node)] };
}

/** The node whose activation or pool this is. */
function throughReaders(node: Node): Node {
  return belongsToReaders(node) ? throughReaders(node.inputs[0]!) : node;
}

function isWithin({ scope: own }: Node, scope: Scope | null): boolean {
  for (let at = own; at; at = at.parent) if (at === scope) return true;
  return scope === null;
}

type Part = { readonly node: Node } | { readonly child: Scope; readonly nodes: readonly Node[] };

/** Own nodes and child scopes of a scope, each where all that it needs is there: child scopes at their last node. */
function partsOf(nodes: readonly Node[], scope: Scope | null): Part[] {
  const children = new Map<Scope, Node[]>();
  const parts = new Map<Node, Part>();
  for (const node of nodes) {
    if (belongsToReaders(node) || !isWithin(node, scope)) continue;
    let child = node.scope;
    while (child && child.parent !== scope && child !== scope) child = child.parent;
    if (!child || child === scope) {
      parts.set(node, { node });
      continue;
    }
    const own = children.get(child) ?? [];
    children.set(child, own);
    own.push(node);
  }
  for (const [child, own] of children) parts.set(own.at(-1)!, { child, nodes: own });
  return nodes.flatMap((node) => parts.get(node) ?? []);
}

/** A concatenation of different tensors: no chain of layers. */
function isCombined(node: Node): boolean {
  if (node.kind !== 'concat') return false;
  const sources = node.inputs.filter(hasChannels).map((input) => {
    let at = input;
    while (at.scope === node.scope || belongsToReaders(at)) at = at.inputs[0]!;
    return at;
  });
  return new Set(sources).size > 1;
}

/** What is read of a scope from outside; of one that nothing reads, its last node. */
function outputOf(nodes: readonly Node[], own: readonly Node[], scope: Scope): Node {
  const read = new Set(
    nodes
      .filter((node) => !belongsToReaders(node) && !isWithin(node, scope))
      .flatMap((node) => node.inputs.map(throughReaders)),
  );
  const outputs = own.filter((node) => read.has(node));
  if (outputs.length > 1) throw new Error(`${scope.name} has several results`);
  return outputs[0] ?? own.at(-1)!;
}

/** What a scope reads from outside, each once, in the order of reading. */
function externals(own: readonly Node[], scope: Scope): Node[] {
  const read = own.flatMap((node) => node.inputs.filter(hasChannels).map(throughReaders));
  return [...new Set(read.filter((node) => !isWithin(node, scope)))];
}

/** What a value of the class around it is called there. */
function nameOutside(node: Node, inside: Scope | null): string {
  const around = inside?.parent ?? null;
  let scope = node.scope;
  if (scope === around || !scope) return node.kind === 'image' ? 'images' : lastName(node);
  while (scope.parent !== around && scope.parent) scope = scope.parent;
  return scope.name;
}

/** The last part of a node's name. */
const lastName = ({ name }: Node): string => name.split('.').at(-1)!;
