/** What follows from what an operation emits: of what its parts are made, whatever its place and width. */
import { GraphBuilder } from '../graph/builder.ts';
import { Emission } from './emission.ts';
import type { Parts } from './emission.ts';
import type { Operation } from './operation.ts';

export interface OperationFacts extends Parts {
  /** It has convolutions, with filters and weights that thresholds prune. */
  readonly convolves: boolean;
  /** Hands its input on unchanged. */
  readonly identity: boolean;
}

const known = new WeakMap<Operation, Map<number, OperationFacts>>();

/** The operation at one channel and at this stride. */
export function factsOf(operation: Operation, stride = 1): OperationFacts {
  const own = known.get(operation) ?? new Map<number, OperationFacts>();
  known.set(operation, own);
  let facts = own.get(stride);
  if (!facts) own.set(stride, (facts = emitAlone(operation, stride)));
  return facts;
}

function emitAlone(operation: Operation, stride: number): OperationFacts {
  const graph = new GraphBuilder();
  const input = graph.image(1, 2);
  const emission = new Emission({
    ...{ graph, input, stride, width: 1, name: operation.name },
    ...{ unit: { cell: 0, unit: 0 }, filterThresholds: 'thresholds', normsPools: false },
    alive: () => [0],
  });
  const identity = operation.emit(emission) === input;
  return { ...emission.parts, identity, convolves: emission.parts.blocks.length > 0 };
}
