/** The weights of a network under the names of the exported PyTorch module's state dict. */
import type { Network } from '../../granularity/network.ts';
import type { BlockPlan } from '../../../domain/operations/emission.ts';
import type { CandidatePlan } from '../../../domain/spaces/plan.ts';
import { arrayOf, channelsFirst, transpose } from './arrays.ts';
import type { NamedArray } from './npz.ts';

/** Attribute of a candidate: OPERATION_0_2 leads from state 0 to state 2. */
export const attributeOf = ({ operation, from, to }: CandidatePlan): string =>
  `${operation.name}_${from}_${to}`;

/** Whether any weight of the blocks is masked. */
export function hasMask(network: Network, blocks: readonly BlockPlan[]): boolean {
  return blocks.some(({ name }) =>
    ['depthwise', 'pointwise'].some((part) => arrayOf(network, `${name}.${part}`).mask),
  );
}

export function halves(filters: readonly number[], split: number): [number, number] {
  const first = filters.filter((filter) => filter < split).length;
  return [first, filters.length - first];
}

/** Arrays under the names that the module's state dict has. */
export function stateDict(network: Network): NamedArray[] {
  const arrays: NamedArray[] = [];
  const { plan } = network;
  const add = (name: string, shape: readonly number[], values: Float32Array | Uint8Array): void =>
    void arrays.push({ name, shape, values });
  const convolution = (to: string, from: string, depthwise: boolean, masked: boolean): void => {
    const { values, shape, mask } = arrayOf(network, from);
    const weight = channelsFirst(values, shape, depthwise);
    add(`${to}.weight`, weight.shape, weight.values);
    if (masked)
      add(
        `${to}.mask`,
        weight.shape,
        channelsFirst(mask ?? new Uint8Array(values.length).fill(1), shape, depthwise).values,
      );
  };
  const norm = (to: string, from: string): void => {
    for (const [theirs, ours] of [
      ['weight', 'gamma'],
      ['bias', 'beta'],
      ['running_mean', 'mean'],
      ['running_var', 'variance'],
    ]) {
      const { values, shape } = arrayOf(network, `${from}.${ours}`);
      add(`${to}.${theirs}`, shape, values);
    }
  };
  const reduce = (to: string, from: string, filters: readonly number[], split: number): void => {
    const [first, second] = halves(filters, split);
    if (first > 0) convolution(`${to}.even`, `${from}.conv1`, false, false);
    if (second > 0) convolution(`${to}.odd`, `${from}.conv2`, false, false);
    norm(`${to}.norm`, `${from}.norm`);
  };
  convolution('stem.0', 'stem.conv', false, false);
  norm('stem.1', 'stem.norm');
  for (const cell of plan.cells) {
    const own = `cell${cell.shape.index}`;
    cell.preprocess.forEach((p, slot) => {
      const to = `${own}.preprocess${slot}`;
      if (p.split !== null) return reduce(to, p.name, p.filters, p.split);
      convolution(`${to}.1`, `${p.name}.conv`, false, false);
      norm(`${to}.2`, `${p.name}.norm`);
    });
    for (const candidate of cell.candidates) {
      const to = `${own}.${attributeOf(candidate)}`;
      if (candidate.reduce)
        reduce(to, candidate.name, candidate.reduce.filters, candidate.reduce.split);
      if (candidate.poolNorm) norm(to, candidate.poolNorm);
      const masked = hasMask(network, candidate.blocks);
      candidate.blocks.forEach(({ name }, b) => {
        convolution(`${to}.${4 * b + 1}`, `${name}.depthwise`, true, masked);
        convolution(`${to}.${4 * b + 2}`, `${name}.pointwise`, false, masked);
        norm(`${to}.${4 * b + 3}`, `${name}.norm`);
      });
    }
  }
  const { head } = plan;
  const { values, shape } = arrayOf(network, `${head.name}.weight`);
  add('classifier.weight', [shape[1], shape[0]], transpose(values, shape));
  add('classifier.bias', [shape[1]], arrayOf(network, `${head.name}.bias`).values);
  return arrays;
}
