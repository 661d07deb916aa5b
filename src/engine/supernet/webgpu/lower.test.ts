import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../domain/graph/builder.ts';
import { hasChannels, needed } from '../../../domain/graph/graph.ts';
import type { Graph, Node, NodeOf } from '../../../domain/graph/graph.ts';
import type { ParameterTable } from '../../../domain/graph/parameters.ts';
import { unprunedPlans } from '../../../domain/counts.ts';
import { pruneSome, setUp } from '../testing/drawn-network.ts';
import type { Case } from '../testing/drawn-network.ts';
import type { Batch } from './batches.ts';
import { lower } from './lower.ts';
import type { Lowered } from './lower.ts';
import { weightRegistry } from './record.ts';
import { SlotRegistry } from './registry.ts';
import { programsOf } from './select.ts';

function lowered(
  graph: Graph,
  table: ParameterTable,
  outputs: readonly NodeOf<'linear'>[],
  unpruned = graph,
): Lowered {
  const weights = weightRegistry(table, true);
  const options = { table, weights, slots: new SlotRegistry(), gated: true };
  return lower(graph, outputs, { ...options, programs: programsOf(unpruned) });
}

/** A network without cells, candidates or mixes. */
function chain(emit: (graph: GraphBuilder, stem: Node) => Node): () => Lowered {
  const builder = new GraphBuilder();
  const ids = [0, 1, 2, 3, 4];
  const stem = builder.norm(
    builder.convolution(builder.image(3, 8), 'stem.conv', ids, { kernel: 3 }),
    'stem.norm',
  );
  const head = builder.classifier(emit(builder, stem), 'head', 10);
  const { graph, table } = builder.build();
  return () => lowered(graph, table, [head]);
}

const kindsOf = ({ batches }: Lowered): string[] => batches.map(({ kind }) => kind);

/** What a batch computes, by the nodes' names. */
function namesOf(batch: Batch): string[] {
  switch (batch.kind) {
    case 'image convolution':
    case 'linear':
      return [batch.node.name];
    case 'depthwise':
    case 'pointwise':
      return batch.members.map(({ node }) => node.name);
    case 'strided':
      return batch.members.flatMap(({ node }) =>
        node.kind === 'concat'
          ? node.inputs.filter(hasChannels).map(({ name }) => name)
          : node.name,
      );
    case 'norm':
      return batch.norms.map(({ node }) => node.name);
    case 'pool':
    case 'store':
    case 'sources':
    case 'mix':
      return [];
  }
}

const drawn: readonly Case[] = [
  {
    name: 'lowered, of all parts',
    space: { cells: 4, nodes: 2, channels: 5, stages: 2 },
    image: { size: 9, channels: 3 },
    batch: 2,
  },
  ...[1, 2, 3, 4].map((i): Case => ({
    name: `lowered, pruned ${i}`,
    space: { cells: 4, nodes: 2, channels: 3, stages: 2 },
    image: { size: 9, channels: 1 },
    batch: 2,
    form: { sum: 'plain', poolNorm: i % 2 === 0 },
    prune: (masks, stream) => {
      pruneSome(masks, stream);
      pruneSome(masks, stream);
    },
  })),
];

describe('a graph, lowered', () => {
  it.each(drawn)('computes every node once: $name', (c) => {
    const { plan } = setUp(c);
    const [unpruned] = unprunedPlans(plan.space).slice(-1);
    const result = lowered(plan.graph, plan.table, [plan.head.node], unpruned!.graph);
    const wanted = needed(plan.graph, [plan.head.node]).filter(hasChannels);
    const work = wanted.filter(({ kind }) => ['convolution', 'norm', 'linear'].includes(kind));
    expect(result.batches.flatMap(namesOf).sort()).toEqual(work.map(({ name }) => name).sort());
    const terms = wanted.flatMap((node) =>
      node.kind === 'mix' ? node.inputs.filter(hasChannels) : [],
    );
    expect(result.terms.size).toBe(terms.length);
  });

  it('puts each kind of a level into one batch', () => {
    const { plan } = setUp({
      name: 'levels',
      space: { cells: 1, nodes: 2, channels: 4 },
      image: { size: 8, channels: 1 },
      batch: 1,
    });
    const group = ['sources', 'depthwise', 'pointwise', 'norm', 'depthwise', 'pointwise', 'norm'];
    expect(kindsOf(lowered(plan.graph, plan.table, [plan.head.node]))).toEqual([
      ...['image convolution', 'norm', 'store', 'pointwise', 'norm', 'store'],
      ...[...group, 'mix', ...group, 'mix', 'linear'],
    ]);
  });

  it('lets a factorized reduce wait for the norms of the convolutions', () => {
    const { plan } = setUp({
      name: 'reduces',
      space: { cells: 2, nodes: 1, channels: 4, stages: 2 },
      image: { size: 8, channels: 1 },
      batch: 1,
    });
    const kinds = kindsOf(lowered(plan.graph, plan.table, [plan.head.node]));
    const second = kinds.slice(kinds.lastIndexOf('sources'), kinds.lastIndexOf('mix'));
    expect(second).toEqual([
      ...['sources', 'strided', 'depthwise', 'pointwise', 'norm'],
      ...['depthwise', 'pointwise', 'norm'],
    ]);
  });

  it('needs neither cells nor mixes', () => {
    const block = (graph: GraphBuilder, input: Node, name: string, stride: number): Node => {
      const relu = graph.relu(input);
      const wide = graph.norm(
        graph.convolution(relu, `${name}.expand`, [0, 1, 2, 3, 4, 5, 6]),
        `${name}.norm0`,
      );
      const spread = graph.depthwise(graph.relu(wide), `${name}.depthwise`, { stride });
      return graph.norm(graph.convolution(spread, `${name}.project`, [0, 1]), `${name}.norm1`);
    };
    const result = chain((graph, stem) => block(graph, block(graph, stem, 'a', 1), 'b', 2))();
    const one = ['pointwise', 'norm', 'store', 'depthwise', 'pointwise', 'norm', 'store'];
    expect(kindsOf(result)).toEqual([
      ...['image convolution', 'norm', 'store', ...one, ...one, 'linear'],
    ]);
  });
});

describe('rejects by name what no program computes', () => {
  const depthwise =
    (options: Parameters<GraphBuilder['depthwise']>[2]) =>
    (graph: GraphBuilder, stem: Node): Node =>
      graph.norm(
        graph.convolution(graph.depthwise(graph.relu(stem), 'b.wide', options), 'b.one', [0]),
        'b.norm',
      );

  it.each([
    ['an even kernel', depthwise({ kernel: 4 }), /b\.wide: a depthwise kernel of 4x4 is not/],
    ['a kernel of 9', depthwise({ kernel: 9 }), /b\.wide: a depthwise kernel of 9x9 is not/],
    ['a dilation of 3', depthwise({ dilation: 3 }), /b\.wide: a dilation of 3 is not/],
    ['stride 4', depthwise({ stride: 4 }), /b\.wide: stride 4 is not/],
    [
      'a dense convolution',
      (graph: GraphBuilder, stem: Node): Node =>
        graph.norm(graph.convolution(graph.relu(stem), 'b.dense', [0], { kernel: 3 }), 'b.norm'),
      /b\.dense: a dense convolution with a kernel of 3x3 is not/,
    ],
    [
      'a convolution of a convolution',
      (graph: GraphBuilder, stem: Node): Node =>
        graph.norm(
          graph.convolution(graph.convolution(stem, 'b.linear', [0]), 'b.second', [0]),
          'b.norm',
        ),
      /b\.second: a convolution that reads b\.linear without a norm between is not/,
    ],
    [
      'a norm of a norm',
      (graph: GraphBuilder, stem: Node): Node => graph.norm(stem, 'b.norm'),
      /b\.norm: a norm of a norm is not/,
    ],
    [
      'two norms of one convolution',
      (graph: GraphBuilder, stem: Node): Node => {
        const one = graph.convolution(graph.relu(stem), 'b.one', [0]);
        const norms = ['c', 'd'].map((name) => graph.norm(one, name));
        return graph.concat('b.both', norms, [0, 1]);
      },
      /d: a second norm of b\.one is not/,
    ],
    [
      'a pool that nothing normalizes',
      (graph: GraphBuilder, stem: Node): Node => graph.pool(stem, 'max', 2),
      /head: reading the unstored pool stem\.norm\.max-pool is not/,
    ],
  ])('%s', (_, emit, message) => {
    expect(chain(emit)).toThrow(message);
  });

  it('an unknown kind of node', () => {
    const { plan } = setUp({ name: 'kinds', space: {}, image: { size: 4, channels: 1 }, batch: 1 });
    const { nodes } = plan.graph;
    const graph = {
      nodes: nodes.map((node) =>
        node === plan.head.node ? { ...node, kind: 'add' as 'linear', name: 'sum' } : node,
      ),
    };
    expect(() => lowered(graph, plan.table, [])).toThrow(/sum: a node of kind 'add' is not/);
  });

  it('states the remedy', () => {
    expect(chain(depthwise({ kernel: 9 }))).toThrow(
      /search without the operation that it belongs to, or choose the CPU or WebGL/,
    );
  });
});
