/**
 * Multiply-accumulates of one image through a network: of convolutions and of the classifier, as is customary (batch
 * norms, pools and sums are left out). A weight is used once for every output pixel, so
 * depthwise k k C H W, pointwise and 1x1 C F H W, classifier C classes.
 */
import { count, ownerOf, slice } from '../granularity/network.ts';
import type { Network } from '../granularity/network.ts';
import type { NetworkPlan, ParameterSpec } from '../supernet/plan.ts';

export interface Macs {
  /** Of the compacted tensors. */
  dense: number;
  /** Of weights that are not masked. */
  sparse: number;
}

const kernels = /\.(conv|conv1|conv2|depthwise|pointwise)$/;
const classifier = /^heads\.\d+\.weight$/;

/** Output pixels of a convolution: a preprocess works at its cell's input size, all else at its output size. */
function outputPixels({ space }: NetworkPlan, { name }: ParameterSpec): number {
  if (classifier.test(name)) return 1;
  if (name.startsWith('stem.')) return space.imageSize ** 2;
  const [, cell, part] = name.split('.');
  const shape = space.cells[Number(cell)];
  return (part.startsWith('preprocess') ? shape.inputSize : shape.size) ** 2;
}

/** By owner: see `ownerOf`. Owners without a convolution are absent. */
export function macsByOwner({ plan, parameters }: Network): Map<string, Macs> {
  const owners = new Map<string, Macs>();
  for (const spec of plan.table.specs) {
    if (!kernels.test(spec.name) && !classifier.test(spec.name)) continue;
    const pixels = outputPixels(plan, spec);
    const sum = owners.get(ownerOf(spec.name)) ?? { dense: 0, sparse: 0 };
    sum.dense += spec.size * pixels;
    sum.sparse += (spec.maskedBy ? count(slice(parameters.weightMask, spec)) : spec.size) * pixels;
    owners.set(ownerOf(spec.name), sum);
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
