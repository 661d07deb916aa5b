/** The structure that a foreign file states, and its weight masks on the lab's network. */
import { ArchitectureError } from '../../../domain/architecture/schema.ts';
import type { Architecture, NetworkForm } from '../../../domain/architecture/schema.ts';
import { parameter } from '../../../domain/graph/layout.ts';
import { slice } from '../../granularity/network.ts';
import type { Network } from '../../granularity/network.ts';

export interface StructureOperation {
  readonly operation: string;
  /** States: 0, 1 = the cell's inputs, 2.. = nodes. */
  readonly from: number;
  readonly to: number;
  /** Of a separable convolution [in, middle, out], of a dilated one [in, out], of others [in = out]; absent = all channels. */
  readonly widths?: readonly number[];
  /** Of a convolution's arrays, in order depthwise, pointwise, ...: 1 = alive. Absent = nothing is masked. */
  readonly masks?: readonly StructureMask[];
}

/** PyTorch's order: [out, in / groups, height, width], row-major. */
export interface StructureMask {
  readonly shape: readonly number[];
  readonly alive: Uint8Array;
}

export interface Structure {
  readonly cells: readonly (readonly StructureOperation[])[];
  readonly nodes: number;
  readonly channels: number;
  readonly imageSize: number;
  readonly imageChannels: number;
  readonly classes: number;
  readonly form: NetworkForm;
  readonly origin: NonNullable<Architecture['origin']>;
}

export const placeOf = (cell: number, { operation, from, to }: StructureOperation): string =>
  `cell ${cell}: ${operation} from state ${from} to ${to}`;

export function maskWeights({ cells }: Structure, { plan, parameters }: Network): void {
  for (const { shape, candidates } of plan.cells) {
    for (const { operation, from, to, blocks } of candidates) {
      const one = cells[shape.index]!.find(
        (o) => o.operation === operation.name && o.from === from && o.to === to,
      )!;
      if (!one.masks) continue;
      const place = placeOf(shape.index, one);
      if (one.masks.length !== 2 * blocks.length)
        throw new ArchitectureError(
          `${place}: ${one.masks.length} masks; ${2 * blocks.length} expected`,
        );
      blocks.forEach(({ name }, b) => {
        (['depthwise', 'pointwise'] as const).forEach((part, p) => {
          const spec = parameter(plan.table, `${name}.${part}`);
          writeMask(
            one.masks![2 * b + p]!,
            spec.shape,
            slice(parameters.weightMask, spec),
            `${place}, mask ${2 * b + p}`,
          );
        });
      });
    }
  }
}

/** From PyTorch's order to the engine's [height, width, in, out]. */
function writeMask(
  { shape, alive }: StructureMask,
  [height, width, inputs, outputs]: readonly number[],
  into: Uint8Array,
  place: string,
): void {
  const depthwise = outputs === 1 && shape[1] === 1 && shape[0] === inputs;
  const expected = depthwise ? [inputs, 1, height, width] : [outputs, inputs, height, width];
  if (String(shape) !== String(expected))
    throw new ArchitectureError(
      `${place}: shape [${shape.join(', ')}]; [${expected.join(', ')}] expected`,
    );
  const pixels = height! * width!;
  alive.forEach((bit, i) => {
    const pixel = i % pixels;
    const row = Math.floor(i / pixels);
    const [o, c] = depthwise ? [0, row] : [Math.floor(row / inputs!), row % inputs!];
    into[(pixel * inputs! + c) * outputs! + o] = bit;
  });
}
