/** Half the size without losing a pixel: two 1x1 convolutions of stride 2, the second on the input shifted by one pixel. */
import type { GraphBuilder } from './builder.ts';
import type { Node } from './graph.ts';

/** Parameters: .conv1 .conv2. */
export interface FactorizedReducePlan {
  readonly name: string;
  /** Original ids of the channels it reads, ascending. */
  readonly inputs: readonly number[];
  /** Surviving filters by original id; those below `split` come from conv1. */
  readonly filters: readonly number[];
  readonly split: number;
}

/** As in the released program, the first convolution makes the first half of the filters. */
export const splitOf = (width: number): number => Math.floor(width / 2);

/** What is then gated and normalized. @param input before its activation. */
export function factorizedReduce(
  graph: GraphBuilder,
  input: Node,
  name: string,
  { filters, split }: Pick<FactorizedReducePlan, 'filters' | 'split'>,
): Node {
  const rectified = graph.relu(input);
  const halves = [
    filters.filter((filter) => filter < split),
    filters.filter((filter) => filter >= split),
  ].map((own, half) =>
    graph.convolution(rectified, `${name}.conv${half + 1}`, own, {
      stride: 2,
      shift: half as 0 | 1,
    }),
  );
  return graph.concat(`${name}.halves`, halves, filters);
}
