/** Where a candidate operation stands, and the parts that operations are made of. */
import type { GraphBuilder } from '../graph/builder.ts';
import { factorizedReduce, splitOf } from '../graph/factorized-reduce.ts';
import type { FactorizedReducePlan } from '../graph/factorized-reduce.ts';
import type { Node, NodeOf } from '../graph/graph.ts';
import type { UnitRef } from '../graph/parameters.ts';

/** What a convolution of a block is there for: it widens, it looks around, or it mixes channels. */
export const weightRoles = ['expand', 'depthwise', 'pointwise'] as const;
export type WeightRole = (typeof weightRoles)[number];

/** Convolutions up to a batch norm with filter gates. */
export interface BlockPlan {
  /** Parameter NAME.gate: the gates of its filters. Its filter mask bears this name. */
  readonly name: string;
  /** Its weights, by name: parameters. */
  readonly weights: Readonly<Partial<Record<WeightRole, string>>>;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Original ids of the input channels it reads, ascending. */
  readonly inputs: readonly number[];
  /** Original ids of its surviving filters, ascending. */
  readonly filters: readonly number[];
  /** Filters before any was pruned, as a multiple of the channels that it reads; absent: as many as its place has. */
  readonly expansion?: number;
}

/** The weights of a block that are there, in the order in which they are applied. */
export const weightsOf = ({ weights }: BlockPlan): [WeightRole, string][] =>
  weightRoles.flatMap((role) => {
    const name = weights[role];
    return name === undefined ? [] : [[role, name]];
  });

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

/** Names of an inverted bottleneck's two groups of filters: of its depthwise and of its last convolution. */
export const invertedBottleneckGroups = (candidate: string): [string, string] => [
  `${candidate}.depthwise`,
  `${candidate}.project`,
];

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
    const { graph, unit, alive } = this.place;
    const name = `${this.place.name}.block${this.blocks.length}`;
    const filters = alive(name);
    const weights = { depthwise: `${name}.depthwise`, pointwise: `${name}.pointwise` };
    this.blocks.push({ name, weights, kernel, stride, dilation, inputs: input.channels, filters });
    const spread = graph.depthwise(graph.relu(input), weights.depthwise, {
      ...{ kernel, stride, dilation, maskedBy: unit },
    });
    const mixed = graph.convolution(spread, weights.pointwise, filters, { maskedBy: unit });
    return this.gatedNorm(mixed, `${name}.norm`, name);
  }

  /** A batch norm, then the gates of a group of filters under the candidate's threshold. */
  private gatedNorm(input: Node, name: string, group: string): Node {
    const { graph, unit, filterThresholds } = this.place;
    return graph.norm(input, name, {
      logits: `${group}.gate`,
      threshold: { name: filterThresholds, element: unit.unit },
      before: false,
    });
  }

  /**
   * 1x1 convolution to more channels, norm, ReLU6; depthwise convolution, norm, gates, ReLU6; 1x1 convolution, norm,
   * gates: a linear end. Two groups of filters: a pruned channel of the first takes its part of all three convolutions
   * with it. Parameters: .expand .expandNorm.* .depthwise .depthwiseNorm.* .project .projectNorm.* and the gates.
   */
  invertedBottleneck(
    input: Node,
    { kernel, expansion }: { kernel: number; expansion: number },
  ): Node {
    const { graph, unit, name, stride, alive } = this.place;
    const masked = { maskedBy: unit };
    const [inner, outer] = invertedBottleneckGroups(name);
    const [wide, filters] = [alive(inner), alive(outer)];
    const expand = `${name}.expand`;
    const depthwise = `${name}.depthwise`;
    const project = `${name}.project`;
    this.blocks.push(
      {
        ...{ name: inner, weights: { expand, depthwise }, kernel, stride, dilation: 1 },
        ...{ inputs: input.channels, filters: wide, expansion },
      },
      {
        ...{ name: outer, weights: { pointwise: project }, kernel: 1, stride: 1, dilation: 1 },
        ...{ inputs: wide, filters },
      },
    );
    const expanded = graph.norm(graph.convolution(input, expand, wide, masked), `${expand}Norm`);
    const spread = graph.depthwise(graph.relu6(expanded), depthwise, {
      ...{ kernel, stride, ...masked },
    });
    const gated = this.gatedNorm(spread, `${depthwise}Norm`, inner);
    const mixed = graph.convolution(graph.relu6(gated), project, filters, masked);
    return this.gatedNorm(mixed, `${project}Norm`, outer);
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
