/** What thresholds prune, as the graph has it: the candidates of mixes, and the gated norms of the network around them. */
import { none } from '../../../kernels/webgpu/quad.ts';
import { parameter } from '../../../domain/graph/layout.ts';
import type { Granularity } from '../../../domain/granularities.ts';
import type { Graph, Node, NodeOf } from '../../../domain/graph/graph.ts';
import { unitVectors } from '../../../domain/graph/parameters.ts';
import type { ParameterTable, UnitRef } from '../../../domain/graph/parameters.ts';
import { termNodes } from './mix-sets.ts';

/** A candidate operation that no commit removed. */
export interface Unit {
  readonly ref: UnitRef;
  /** Every one after its inputs; none of the identity. */
  readonly nodes: readonly Node[];
  /** Parameter indices, or none where it has no such parameter or the granularity is off. */
  readonly alpha: number;
  readonly operationThreshold: number;
  readonly filterThreshold: number;
  readonly weightThreshold: number;
}

export interface UnitPlan {
  /** Mixes that have candidates. */
  readonly mixes: readonly {
    readonly cell: number;
    readonly units: readonly Unit[];
    /** Its last survivor is kept: it has no shortcut. */
    readonly keepsOne: boolean;
  }[];
  /** Norms outside of candidates, and the parameter of their filters' threshold, or none. */
  readonly norms: readonly { readonly node: NodeOf<'norm'>; readonly threshold: number }[];
  /** The unit of a parameter's array, by its name; none of other arrays. */
  readonly ownerOf: ReadonlyMap<string, Unit>;
}

const isNorm = (node: Node): node is NodeOf<'norm'> => node.kind === 'norm';

export function planUnits(
  { nodes }: Graph,
  table: ParameterTable,
  on: Readonly<Record<Granularity, boolean>>,
): UnitPlan {
  const filterThreshold = ({ gate }: NodeOf<'norm'>): number =>
    on.filter && gate?.threshold
      ? parameter(table, gate.threshold.name).offset + gate.threshold.element
      : none;
  const masked = new Set(
    table.specs.flatMap(({ maskedBy }) => (maskedBy ? [`${maskedBy.cell} ${maskedBy.unit}`] : [])),
  );
  const ownerOf = new Map<string, Unit>();
  const inside = new Set<Node>();
  const planUnit = (mix: NodeOf<'mix'>, term: number): Unit[] => {
    const { unit: ref } = mix.terms[term]!;
    if (!ref) return [];
    const own = termNodes(mix, term).nodes;
    const names = unitVectors(ref.cell);
    const vector = (name: keyof typeof names): number =>
      parameter(table, names[name]).offset + ref.unit;
    const unit: Unit = {
      ...{ ref, nodes: own },
      alpha: vector('alpha'),
      operationThreshold: on.operation ? vector('operationThreshold') : none,
      filterThreshold:
        own
          .filter(isNorm)
          .map(filterThreshold)
          .find((at) => at !== none) ?? none,
      weightThreshold:
        on.weight && masked.has(`${ref.cell} ${ref.unit}`) ? vector('weightThreshold') : none,
    };
    for (const node of own) {
      inside.add(node);
      if (node.kind === 'convolution') ownerOf.set(node.weight, unit);
      if (node.kind === 'norm')
        for (const part of ['gamma', 'beta']) ownerOf.set(`${node.name}.${part}`, unit);
    }
    return [unit];
  };
  const mixes = nodes.flatMap((node) => {
    if (node.kind !== 'mix') return [];
    const units = node.terms.flatMap((_, term) => planUnit(node, term));
    const keepsOne = node.terms.every(({ unit }) => unit !== null);
    return units.length > 0 ? [{ cell: units[0]!.ref.cell, units, keepsOne }] : [];
  });
  const norms = nodes
    .filter(isNorm)
    .filter((node) => !inside.has(node))
    .map((node) => ({ node, threshold: filterThreshold(node) }));
  return { mixes, norms, ownerOf };
}
