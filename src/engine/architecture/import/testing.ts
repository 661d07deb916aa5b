/** For tests: weights by a formula, as the reference arrays of published networks are computed with them. */
import type { Network } from '../../granularity/network.ts';
import { slice } from '../../granularity/network.ts';
import { parameter } from '../../../domain/graph/layout.ts';

/** `fill` of a reference file: see its README. */
export interface Fill {
  readonly order: readonly (readonly [name: string, shape: readonly number[]])[];
  readonly gain: number;
  readonly varBase: number;
  readonly tensorOffset: number;
  readonly imageK: number;
}

/** In [0, 1): element `i` of tensor `k`. */
export function uniformOf(i: number, k: number): number {
  let x = Math.imul(i + 1, 0x9e3779b1) ^ Math.imul(k + 1, 0x85ebca6b);
  x ^= x >>> 15;
  x = Math.imul(x, 0x2c1b3c6d);
  x ^= x >>> 12;
  x = Math.imul(x, 0x297a2d39);
  x ^= x >>> 15;
  return (x >>> 0) / 4294967296;
}

/** Images [count, size, size, 3], NHWC. */
export function filledImages({ imageK }: Fill, count: number, size: number): Float32Array {
  const v = (i: number, k: number): number => 2 * uniformOf(i, k) - 1;
  return Float32Array.from({ length: count * size * size * 3 }, (_, i) => {
    const n = Math.floor(i / (size * size * 3));
    return v(i, imageK) + 1.5 * v(3 * n + (i % 3), imageK + 1);
  });
}

/** Writes every weight and statistic of the network, the auxiliary head's left out. */
export function fillNetwork(network: Network, fill: Fill): void {
  fill.order.forEach(([name, shape], position) => {
    const target = targetOf(network, name);
    if (!target) return;
    const value = elementOf(name, shape, position + fill.tensorOffset, fill);
    const spec = parameter(network.plan.table, target);
    const values = slice(network.parameters.values, spec);
    if (values.length !== shape.reduce((a, b) => a * b, 1))
      throw new Error(`${name} has [${shape.join()}], ${target} [${spec.shape.join()}]`);
    values.forEach((_, i) => (values[i] = value(torchIndex(i, spec.shape, shape))));
  });
}

function elementOf(name: string, shape: readonly number[], k: number, fill: Fill) {
  const fanIn = shape.slice(1).reduce((a, b) => a * b, 1);
  const v = (i: number): number => 2 * uniformOf(i, k) - 1;
  if (shape.length === 4) return (i: number) => v(i) * Math.sqrt((fill.gain * 3) / fanIn);
  if (shape.length === 2) return (i: number) => v(i) * Math.sqrt(3 / fanIn);
  if (name.endsWith('running_var')) return (i: number) => fill.varBase + uniformOf(i, k);
  if (name.endsWith('weight')) return (i: number) => 1 + 0.2 * v(i);
  return (i: number) => 0.05 * v(i);
}

/** From the engine's [height, width, in, out] or [in, out] to PyTorch's flat index. */
function torchIndex(i: number, ours: readonly number[], theirs: readonly number[]): number {
  if (theirs.length === 1) return i;
  if (theirs.length === 2) return (i % ours[1]!) * ours[0]! + Math.floor(i / ours[1]!);
  const [height, width, inputs, outputs] = ours;
  const out = i % outputs!;
  const input = Math.floor(i / outputs!) % inputs!;
  const pixel = Math.floor(i / (outputs! * inputs!));
  const row = theirs[1] === 1 && outputs === 1 ? input : out * inputs! + input;
  return row * height! * width! + pixel;
}

const norms: Readonly<Record<string, string>> = {
  weight: 'gamma',
  bias: 'beta',
  running_mean: 'mean',
  running_var: 'variance',
};

/**
 * Our name of a tensor of the program's evaluation network; null for what has no place here.
 * @param candidateAt operation `index` of a cell, in the program's order.
 */
export function targetOf(
  { plan }: Network,
  name: string,
  candidateAt = (cell: number, index: number) => plan.cells[cell]!.candidates[index]!,
): string | null {
  const parts = name.split('.');
  const leaf = parts.at(-1)!;
  if (leaf === 'num_batches_tracked' || parts[0] === 'auxiliary_head') return null;
  if (parts[0] === 'stem') return parts[1] === '0' ? 'stem.conv' : `stem.norm.${norms[leaf]}`;
  if (parts[0] === 'classifier') return `${plan.head.name}.${leaf}`;
  if (parts[2]!.startsWith('preprocess')) {
    const own = `cells.${parts[1]}.${parts[2]}`;
    if (parts[3]!.startsWith('conv_')) return `${own}.conv${parts[3]!.at(-1)}`;
    const norm = parts[3]!.startsWith('bn') || parts[4] === '2';
    return norm ? `${own}.norm.${norms[leaf]}` : `${own}.conv`;
  }
  const candidate = candidateAt(Number(parts[1]), Number(parts[3]));
  const own = `cells.${parts[1]}.edges.${candidate.edge}.${candidate.operation.name}`;
  if (parts[4]!.startsWith('conv_')) return `${own}.conv${parts[4]!.at(-1)}`;
  if (parts[4]!.startsWith('bn') || parts[4] === '1') return `${own}.norm.${norms[leaf]}`;
  const layer = Number(parts[5]);
  const block = `${own}.block${layer > 3 ? 1 : 0}`;
  if (layer % 4 === 1) return `${block}.depthwise`;
  return layer % 4 === 2 ? `${block}.pointwise` : `${block}.norm.${norms[leaf]}`;
}
