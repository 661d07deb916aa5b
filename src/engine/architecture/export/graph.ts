/**
 * The network computed at inference, told operation by operation to a writer of some file format: the one description
 * that all exported graphs share. Only what exists is told: pruned operations and filters are absent, and masked weights
 * are zeros in the arrays.
 */
import { sigmoid, slice } from '../../granularity/network.ts';
import type { Network } from '../../granularity/network.ts';
import { parameter } from '../../supernet/layout.ts';
import type { CandidatePlan, CellPlan } from '../../supernet/plan.ts';

export interface ConvolutionShape {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Zero pixels on every side. */
  readonly padding: number;
  readonly depthwise: boolean;
}

/** `T`: whatever the writer names a tensor by. Names are of parameters in the engine's table. */
export interface GraphWriter<T> {
  image(): T;
  convolution(name: string, x: T, shape: ConvolutionShape): T;
  /** y[i, j] = x[i + 1, j + 1], zero beyond the edge. */
  shift(name: string, x: T): T;
  /** Batch norm by running averages, of parameters NAME.gamma and so on. */
  norm(name: string, x: T): T;
  relu(name: string, x: T): T;
  /** 3x3, one pixel of padding that never wins or counts. @param size pixels a side of `x`. */
  pool(name: string, x: T, kind: 'max' | 'average', stride: number, size: number): T;
  scale(name: string, x: T, factor: number): T;
  /** Channel i of `x` becomes channel positions[i] of `channels`; the others are zero. */
  place(name: string, x: T, positions: readonly number[], channels: number): T;
  sum(name: string, terms: readonly T[]): T;
  concat(name: string, parts: readonly T[]): T;
  /** Mean over pixels, then the linear layer NAME.weight, NAME.bias. */
  classifier(name: string, x: T): T;
}

const pointwise = {
  kernel: 1,
  stride: 1,
  dilation: 1,
  padding: 0,
  depthwise: false,
} satisfies ConvolutionShape;

/** @returns the logits. */
export function writeGraph<T>(network: Network, writer: GraphWriter<T>): T {
  const { plan } = network;
  const stem = writer.convolution('stem.conv', writer.image(), {
    ...pointwise,
    kernel: 3,
    padding: 1,
  });
  const outputs = new Map<number, T>([[-1, writer.norm('stem.norm', stem)]]);
  for (const cell of plan.cells)
    outputs.set(cell.shape.index, writeCell(network, cell, outputs, writer));
  return writer.classifier(plan.head.name, outputs.get(plan.endCell)!);
}

function writeCell<T>(
  network: Network,
  cell: CellPlan,
  outputs: ReadonlyMap<number, T>,
  writer: GraphWriter<T>,
): T {
  const c = cell.shape.index;
  const states: T[] = cell.preprocess.map((p) => {
    const input = writer.relu(`${p.name}.relu`, outputs.get(p.source)!);
    const x =
      p.split === null
        ? writer.convolution(`${p.name}.conv`, input, pointwise)
        : writeReduce(p.name, p.filters, p.split, input, writer);
    return writer.norm(`${p.name}.norm`, x);
  });
  for (let to = 2; to < cell.live.length; to++) {
    const live = cell.live[to];
    const terms = cell.candidates
      .filter((k) => k.to === to)
      .map((candidate) => {
        const name = nameOf(cell, candidate);
        const output = writeCandidate(cell, candidate, states[candidate.from], writer);
        const y =
          network.plan.space.form.sum === 'plain'
            ? output
            : writer.scale(`${name}.importance`, output, importanceOf(network, cell, candidate));
        const whole = candidate.outputs.length === live.length;
        return whole
          ? y
          : writer.place(
              `${name}.place`,
              y,
              candidate.outputs.map((id) => live.indexOf(id)),
              live.length,
            );
      });
    states.push(terms.length === 1 ? terms[0] : writer.sum(`cells.${c}.node${to}`, terms));
  }
  const nodes = states.slice(2);
  return nodes.length === 1 ? nodes[0] : writer.concat(`cells.${c}.output`, nodes);
}

export function nameOf({ shape }: CellPlan, { edge, operation }: CandidatePlan): string {
  return `cells.${shape.index}.edges.${edge}.${operation.name}`;
}

export function importanceOf(
  { plan, parameters }: Network,
  { shape }: CellPlan,
  { unit }: CandidatePlan,
): number {
  return sigmoid(
    slice(parameters.values, parameter(plan.table, `cells.${shape.index}.alpha`))[unit],
  );
}

function writeCandidate<T>(
  cell: CellPlan,
  candidate: CandidatePlan,
  input: T,
  writer: GraphWriter<T>,
): T {
  const { operation, stride, reduce, blocks } = candidate;
  const name = nameOf(cell, candidate);
  if (reduce) {
    const x = writeReduce(
      reduce.name,
      reduce.filters,
      reduce.split,
      writer.relu(`${name}.relu`, input),
      writer,
    );
    return writer.norm(`${name}.norm`, x);
  }
  if (operation.kind === 'skip') return input;
  if (operation.kind === 'average-pool' || operation.kind === 'max-pool') {
    const size = candidate.from < 2 ? cell.shape.inputSize : cell.shape.size;
    const kind = operation.kind === 'max-pool' ? 'max' : 'average';
    const pooled = writer.pool(name, input, kind, stride, size);
    return candidate.poolNorm ? writer.norm(candidate.poolNorm, pooled) : pooled;
  }
  let x = input;
  for (const block of blocks) {
    const { kernel, dilation } = block;
    x = writer.relu(`${block.name}.relu`, x);
    const padding = ((kernel - 1) / 2) * dilation;
    x = writer.convolution(`${block.name}.depthwise`, x, {
      kernel,
      stride: block.stride,
      dilation,
      padding,
      depthwise: true,
    });
    x = writer.convolution(`${block.name}.pointwise`, x, pointwise);
    x = writer.norm(`${block.name}.norm`, x);
  }
  return x;
}

/** Both halves of a factorized reduce; a half without filters is absent. */
function writeReduce<T>(
  name: string,
  filters: readonly number[],
  split: number,
  input: T,
  writer: GraphWriter<T>,
): T {
  const halves: T[] = [];
  if (filters[0] < split)
    halves.push(writer.convolution(`${name}.conv1`, input, { ...pointwise, stride: 2 }));
  if (filters.at(-1)! >= split)
    halves.push(
      writer.convolution(`${name}.conv2`, writer.shift(`${name}.shift`, input), {
        ...pointwise,
        stride: 2,
      }),
    );
  return halves.length === 1 ? halves[0] : writer.concat(`${name}.halves`, halves);
}
