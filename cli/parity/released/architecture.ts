/** A published architecture with its masks: that it is read as it stands, weight by weight. */
import * as v from 'valibot';
import { importArchitecture } from '../../../src/engine/architecture/import/registry.ts';
import { checkEqual } from '../compare.ts';
import type { Check } from '../compare.ts';
import { parseAs } from '../reference.ts';

const whole = v.pipe(v.number(), v.integer(), v.minValue(0));

export const PublishedCellsSchema = v.array(
  v.object({
    operations: v.array(
      v.object({
        operation: v.string(),
        from: whole,
        to: whole,
        widths: v.array(whole),
        masks: v.optional(v.array(v.object({ shape: v.array(whole), bits: v.string() })), []),
      }),
    ),
  }),
);

const ArchitectureSchema = v.object({ cells: PublishedCellsSchema });

/** Weights of all masks, and zeros among them, counted from the bits alone. */
function maskedWeights({ cells }: v.InferOutput<typeof ArchitectureSchema>) {
  let [all, masked] = [0, 0];
  for (const { shape, bits } of cells.flatMap(({ operations }) =>
    operations.flatMap(({ masks }) => masks),
  )) {
    const size = shape.reduce((a, b) => a * b, 1);
    const bytes = Buffer.from(bits, 'base64');
    all += size;
    for (let i = 0; i < size; i++) masked += 1 - ((bytes[i >> 3]! >> (i & 7)) & 1);
  }
  return { all, masked };
}

export function checkArchitecture(content: unknown, file: string): Check[] {
  const reference = parseAs(ArchitectureSchema, content, file);
  const bytes = new TextEncoder().encode(JSON.stringify(content));
  const { architecture } = importArchitecture([{ name: file, bytes }]);
  const { all, masked } = maskedWeights(reference);
  const { dense, active } = architecture.parameters;
  const sorted = (list: readonly (readonly unknown[])[]): string[] =>
    list.map((one) => JSON.stringify(one)).sort();
  return [
    checkEqual(`${masked} of ${all} maskable weights are masked`, dense - active, masked),
    ...reference.cells.map(({ operations }, c) =>
      checkEqual(
        `operations of cell ${c}`,
        sorted(
          architecture.cells[c]!.operations.map(({ operation, from, to }) => [operation, from, to]),
        ),
        sorted(operations.map(({ operation, from, to }) => [operation, from, to])),
      ),
    ),
  ];
}
