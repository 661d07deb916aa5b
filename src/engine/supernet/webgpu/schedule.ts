/**
 * The order of a part of the graph: which nodes share a dispatch. Every piece of work waits for those it reads; of the
 * kinds that have work ready, the first in `order` goes next, with all that is ready of it. So each kind of one level is
 * one batch, and what must wait for a whole plane - a norm's statistics - waits until nothing else is left to do.
 */
import type { Node, NodeOf } from '../../../domain/graph/graph.ts';
import type { GraphIndex } from './select.ts';
import { convolutionProgram } from './select.ts';

/**
 * `pool`: the pool whose result the norm `node` reads. It is computed once for each such norm, whose gradient overwrites
 * it. `norm`: its statistics. `store`: its result, where readers do not apply it themselves.
 */
const order = [
  'image convolution',
  'pool',
  'strided',
  'depthwise',
  'pointwise',
  'norm',
  'store',
  'linear',
] as const;
export type WorkKind = (typeof order)[number];

export interface Work {
  readonly kind: WorkKind;
  readonly node: NodeOf<'convolution' | 'norm' | 'linear'>;
}

interface Waiting extends Work {
  readonly after: readonly Waiting[];
}

/**
 * Batches of the work that `nodes` are, in the order in which it is done.
 * @param nodes with channels; every node after its inputs. What they read beyond is there already.
 */
export function* schedule(nodes: readonly Node[], index: GraphIndex): Generator<readonly Work[]> {
  /** The work that makes a node's result. */
  const makes = new Map<Node, readonly Waiting[]>();
  const all: Waiting[] = [];
  const add = (kind: WorkKind, node: Work['node'], after: readonly Waiting[]): Waiting => {
    const work = { kind, node, after };
    all.push(work);
    return work;
  };
  for (const node of nodes) {
    const after = node.inputs.flatMap((input) => makes.get(input) ?? []);
    if (node.kind === 'convolution') {
      makes.set(node, [add(convolutionProgram(node), node, after)]);
    } else if (node.kind === 'norm') {
      const reads = node.inputs[0]!.kind === 'pool' ? [add('pool', node, after)] : after;
      const statistics = add('norm', node, reads);
      makes.set(node, [index.isStored(node) ? add('store', node, [statistics]) : statistics]);
    } else if (node.kind === 'linear') {
      makes.set(node, [add('linear', node, after)]);
    } else {
      // Activations are applied on loading; a concatenation's parts lie side by side.
      makes.set(node, after);
    }
  }
  const done = new Set<Waiting>();
  while (done.size < all.length) {
    const ready = all.filter((work) => !done.has(work) && work.after.every((one) => done.has(one)));
    const kind = order.find((one) => ready.some((work) => work.kind === one));
    if (!kind) throw new Error('a graph that is not in order');
    const batch = ready.filter((work) => work.kind === kind);
    for (const work of batch) done.add(work);
    yield batch;
  }
}
