/**
 * Multiply-accumulates of one image through a network: of convolutions and of the classifier, as is customary (batch
 * norms, pools and sums are left out). A weight is used once for every output pixel, so
 * depthwise k k C H W, pointwise and 1x1 C F H W, classifier C classes.
 */
import { count, slice } from '../granularity/network.ts';
import { ownerOf } from '../../domain/counts.ts';
import { parameter } from '../../domain/graph/layout.ts';
import type { Network } from '../granularity/network.ts';

export interface Macs {
  /** Of the compacted tensors. */
  dense: number;
  /** Of non-zero weights. */
  sparse: number;
}

/** By owner: see `ownerOf`. Owners without a convolution are absent. */
export function macsByOwner({ plan, parameters }: Network): Map<string, Macs> {
  const owners = new Map<string, Macs>();
  const add = (name: string, pixels: number): void => {
    const spec = parameter(plan.table, name);
    const sum = owners.get(ownerOf(name)) ?? { dense: 0, sparse: 0 };
    sum.dense += spec.size * pixels;
    sum.sparse += (spec.maskedBy ? count(slice(parameters.weightMask, spec)) : spec.size) * pixels;
    owners.set(ownerOf(name), sum);
  };
  for (const node of plan.graph.nodes) {
    if (node.kind === 'convolution') add(node.weight, node.size ** 2);
    if (node.kind === 'linear') add(`${node.name}.weight`, 1);
  }
  return owners;
}

export function addMacs(all: Iterable<Macs>): Macs {
  const sum = { dense: 0, sparse: 0 };
  for (const { dense, sparse } of all) {
    sum.dense += dense;
    sum.sparse += sparse;
  }
  return sum;
}
