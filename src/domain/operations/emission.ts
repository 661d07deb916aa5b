/** Where a candidate operation stands, and the parts that operations are made of. */
import type { GraphBuilder } from '../graph/builder.ts';
import { factorizedReduce, splitOf } from '../graph/factorized-reduce.ts';
import type { FactorizedReducePlan } from '../graph/factorized-reduce.ts';
import type { Node, NodeOf } from '../graph/graph.ts';
import type { UnitRef } from '../graph/parameters.ts';

/** Depthwise (an activation before), pointwise, batch norm, filter gate. */
export interface BlockPlan {
  /** CANDIDATE.blockB; parameters: .depthwise .pointwise .norm.* .gate */
  readonly name: string;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Original ids of the input channels it reads, ascending. */
  readonly inputs: readonly number[];
  /** Original ids of its surviving filters, ascending. */
  readonly filters: readonly number[];
}

/** What an operation was made of, for those who count, mask and describe its parts. */
export interface Parts {
  /** Convolution blocks in order. */
  readonly blocks: readonly BlockPlan[];
  /** Where it is a factorized reduce. */
  readonly reduce: FactorizedReducePlan | null;
  readonly pool: NodeOf<'pool'> | null;
  /** Batch norm behind a pool, where the network's form has one: CANDIDATE.norm. */
  readonly poolNorm: string | null;
}

export interface Place {
  readonly graph: GraphBuilder;
  /** The candidate's name: what its parameters' names begin with. */
  readonly name: string;
  readonly unit: UnitRef;
  readonly input: Node;
  readonly stride: number;
  /** Filters of every convolution before any was pruned. */
  readonly width: number;
  /** Element `unit.unit` of this parameter is the threshold of its filters. */
  readonly filterThresholds: string;
  /** Surviving filters of a group of filters, by its name. */
  readonly alive: (group: string) => readonly number[];
  /** The network's form has a batch norm behind every pool. */
  readonly normsPools: boolean;
}

export class Emission {
  private readonly blocks: BlockPlan[] = [];
  private reduced: FactorizedReducePlan | null = null;
  private pooled: NodeOf<'pool'> | null = null;
  private poolNorm: string | null = null;

  constructor(private readonly place: Place) {}

  get input(): Node {
    return this.place.input;
  }

  get stride(): number {
    return this.place.stride;
  }

  /** Relu, depthwise convolution, pointwise convolution, batch norm with a filter gate. */
  block(
    input: Node,
    { kernel, stride = 1, dilation = 1 }: { kernel: number; stride?: number; dilation?: number },
  ): Node {
    const { graph, unit, filterThresholds, alive } = this.place;
    const name = `${this.place.name}.block${this.blocks.length}`;
    const filters = alive(name);
    this.blocks.push({ name, kernel, stride, dilation, inputs: input.channels, filters });
    const spread = graph.depthwise(graph.relu(input), `${name}.depthwise`, {
      ...{ kernel, stride, dilation, maskedBy: unit },
    });
    const mixed = graph.convolution(spread, `${name}.pointwise`, filters, { maskedBy: unit });
    return graph.norm(mixed, `${name}.norm`, {
      logits: `${name}.gate`,
      threshold: { name: filterThresholds, element: unit.unit },
      before: false,
    });
  }

  /** The input at half its size; its filters have gates, before the norm, but no threshold. */
  factorizedReduce(input: Node): Node {
    const { graph, name, width, alive } = this.place;
    const filters = alive(name);
    this.reduced = { name, inputs: input.channels, filters, split: splitOf(width) };
    return graph.norm(factorizedReduce(graph, input, name, this.reduced), `${name}.norm`, {
      logits: `${name}.gate`,
      threshold: null,
      before: true,
    });
  }

  pool(input: Node, kind: 'average' | 'max'): Node {
    const { graph, name, stride, normsPools } = this.place;
    this.pooled = graph.pool(input, kind, stride);
    if (!normsPools) return this.pooled;
    this.poolNorm = `${name}.norm`;
    return graph.norm(this.pooled, this.poolNorm);
  }

  get parts(): Parts {
    return {
      ...{ blocks: this.blocks, reduce: this.reduced },
      ...{ pool: this.pooled, poolNorm: this.poolNorm },
    };
  }
}
