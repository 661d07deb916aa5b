/** Settles where the results of work lie: tensors, quads, lanes, weights in kernel order. */
import type { NodeOf } from '../../../domain/graph/graph.ts';
import type { Batch } from './batches.ts';
import { depthwise, imageConvolution, pointwise, strided } from './place-convolutions.ts';
import { pools, statistics, store } from './place-norms.ts';
import type { Places } from './places.ts';
import type { Work } from './schedule.ts';
import { readOf, refuse } from './select.ts';
import { lanesOf } from './tensor.ts';

type Convolution = NodeOf<'convolution'>;

/** Places work of one kind, and says how it is batched. */
export function place(places: Places, work: readonly Work[]): Batch[] {
  const nodes = work.map(({ node }) => node);
  const { kind } = work[0]!;
  switch (kind) {
    case 'image convolution':
      return (nodes as Convolution[]).map((node) => imageConvolution(places, node));
    case 'depthwise':
      return depthwise(places, nodes as Convolution[]);
    case 'pointwise':
      return pointwise(places, nodes as Convolution[]);
    case 'strided':
      return strided(places, nodes as Convolution[]);
    case 'pool':
      return pools(places, nodes as NodeOf<'norm'>[]);
    case 'norm':
      return statistics(places, nodes as NodeOf<'norm'>[]);
    case 'store':
      return store(places, nodes as NodeOf<'norm'>[]);
    case 'linear':
      return (nodes as NodeOf<'linear'>[]).map((node) => linear(places, node));
  }
}

function linear(places: Places, node: NodeOf<'linear'>): Batch {
  const { node: input, activation } = readOf(node.inputs[0]!);
  if (input.channels.length === 0) refuse(node, 'a classifier of nothing');
  const value = places.value(node, input);
  const { place, gradient } = value;
  if (place.quad > 0 || gradient.quad > 0 || place.quads < place.tensor.quads)
    refuse(node, `a global pool of part of ${place.tensor.label}`);
  return { kind: 'linear', node, activation, value, lanes: lanesOf(place, input.channels) };
}
