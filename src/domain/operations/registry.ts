/** Every candidate operation: those of cells in the order in which settings list them, and those of chains. */
import { avgPool3x3 } from './avg-pool-3x3.ts';
import { dilConv3x3 } from './dil-conv-3x3.ts';
import { dilConv5x5 } from './dil-conv-5x5.ts';
import { maxPool3x3 } from './max-pool-3x3.ts';
import { mbconvs } from './mbconv.ts';
import type { MbconvName, MbconvShape } from './mbconv.ts';
import type { Operation } from './operation.ts';
import { sepConv3x3 } from './sep-conv-3x3.ts';
import { sepConv5x5 } from './sep-conv-5x5.ts';
import { sepConv7x7 } from './sep-conv-7x7.ts';
import { skipConnect } from './skip-connect.ts';

export const operations = [
  skipConnect,
  sepConv3x3,
  sepConv5x5,
  dilConv3x3,
  dilConv5x5,
  avgPool3x3,
  maxPool3x3,
  sepConv7x7,
] as const;

export type OperationName = (typeof operations)[number]['name'] | MbconvName;

const namesOf = (list: readonly Operation<OperationName>[]): OperationName[] =>
  list.map(({ name }) => name);

/** Of a cell's candidates. */
export const operationNames: readonly OperationName[] = namesOf(operations);

/** Of every space's. */
export const allOperationNames: readonly OperationName[] = [...operationNames, ...namesOf(mbconvs)];

/** What the presets offer: the operations of DARTS that the paper searches over. */
export const presetOperations: readonly OperationName[] = namesOf(
  operations.filter(({ inPresets }) => inPresets),
);

/** One of each kind but average pooling: enough for a small comparison of methods. */
export const fewOperations: readonly OperationName[] = namesOf([
  skipConnect,
  sepConv3x3,
  dilConv3x3,
  maxPool3x3,
]);

export type CandidateOperation = Operation<OperationName>;

export const operationTable = Object.fromEntries(
  [...operations, ...mbconvs].map((operation) => [operation.name, operation]),
) as Readonly<Record<OperationName, CandidateOperation>>;

const mbconvShapes = new Map<OperationName, MbconvShape>(
  mbconvs.map(({ name, shape }) => [name, shape]),
);

/** @throws RangeError of another operation. */
export function mbconvShapeOf(name: OperationName): MbconvShape {
  const shape = mbconvShapes.get(name);
  if (!shape) throw new RangeError(`${name} is not an inverted bottleneck`);
  return shape;
}

export const isOperationName = (name: string): name is OperationName =>
  Object.hasOwn(operationTable, name);
