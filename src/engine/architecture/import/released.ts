/**
 * MG_DARTS_small as it was published by the authors of MGAS, in one JSON: operations, widths, and masks as bitmaps (bit i
 * = bit i mod 8 of byte floor(i / 8); 1 = kept; PyTorch's order).
 */
import * as v from 'valibot';
import { nodeOf } from '../../../domain/spaces/cells.ts';
import { decodeBitmap } from '../bitmap.ts';
import { ArchitectureError } from '../../../domain/architecture/schema.ts';
import { jsonOf, within } from './form.ts';
import type { ArchitectureForm } from './form.ts';
import { evaluationForm } from '../../../domain/architecture/schema.ts';
import { buildArchitecture, requireAllNodes } from './structure.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100_000));

const ReleasedSchema = v.object({
  initChannels: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(256)),
  stem: count,
  classes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)),
  cells: v.pipe(
    v.array(
      v.object({
        reduction: v.boolean(),
        concat: v.pipe(v.array(count), v.maxLength(8)),
        operations: v.pipe(
          v.array(
            v.object({
              operation: v.string(),
              from: count,
              to: count,
              widths: v.pipe(v.array(count), v.maxLength(8)),
              masks: v.optional(
                v.pipe(
                  v.array(
                    v.object({
                      shape: v.pipe(v.array(count), v.length(4)),
                      bits: v.pipe(v.string(), v.base64()),
                      zeros: v.optional(count),
                    }),
                  ),
                  v.maxLength(8),
                ),
                [],
              ),
            }),
          ),
          v.maxLength(400),
        ),
      }),
    ),
    v.minLength(3),
    v.maxLength(40),
  ),
});

export const releasedForm: ArchitectureForm = {
  id: 'mg-darts-json',
  label: "the authors' published architecture with its masks, as JSON",
  match: ([file, ...others]) => {
    const value = others.length === 0 ? jsonOf(file!) : undefined;
    return (
      typeof value === 'object' && value !== null && 'initChannels' in value && 'cells' in value
    );
  },
  open: ([file], { imageSize = 32, imageChannels = 3, classes }) =>
    within(file!.name, () => {
      const result = v.safeParse(ReleasedSchema, jsonOf(file!));
      if (!result.success) {
        const [issue] = result.issues;
        throw new ArchitectureError(`at ${v.getDotPath(issue) ?? 'its start'}: ${issue.message}`);
      }
      const { initChannels, stem, cells, ...stated } = result.output;
      if (stem !== 3 * initChannels)
        throw new ArchitectureError(
          `at stem: ${stem} filters; three times initChannels, ${3 * initChannels}, expected`,
        );
      const nodes = Math.max(
        ...cells.flatMap(({ operations }) => operations.map(({ to }) => nodeOf(to) + 1)),
      );
      cells.forEach(({ reduction, concat }, c) => {
        const expected =
          c === Math.floor(cells.length / 3) || c === Math.floor((2 * cells.length) / 3);
        if (reduction !== expected)
          throw new ArchitectureError(
            `at cells.${c}.reduction: ${reduction}; of ${cells.length} cells, those at a third and two thirds reduce`,
          );
        requireAllNodes(concat, nodes, `at cells.${c}.concat`);
      });
      const architecture = buildArchitecture({
        cells: cells.map(({ operations }, c) =>
          operations.map(({ masks, ...operation }, o) => ({
            ...operation,
            ...(masks.length > 0 && {
              masks: masks.map(({ shape, bits, zeros }, m) =>
                maskOf(shape, bits, zeros, `cells.${c}.operations.${o}.masks.${m}`),
              ),
            }),
          })),
        ),
        nodes,
        channels: initChannels,
        imageSize,
        imageChannels,
        classes: classes ?? stated.classes,
        form: evaluationForm,
        origin: { form: releasedForm.id, name: 'MG_DARTS_small', source: 'arXiv 2310.15074' },
      });
      return {
        architecture,
        name: `MG_DARTS_small, ${cells.length} cells, ${initChannels} channels`,
      };
    }),
};

function maskOf(shape: readonly number[], bits: string, zeros: number | undefined, place: string) {
  const size = shape.reduce((a, b) => a * b, 1);
  if (size > 10_000_000) throw new ArchitectureError(`at ${place}: ${size} weights are too many`);
  let alive: Uint8Array;
  try {
    alive = decodeBitmap(bits, size);
  } catch (error) {
    throw new ArchitectureError(`at ${place}.bits: ${(error as Error).message}`);
  }
  const masked = alive.reduce((sum, bit) => sum + 1 - bit, 0);
  if (zeros !== undefined && zeros !== masked)
    throw new ArchitectureError(`at ${place}.zeros: ${zeros}, but the bits have ${masked}`);
  return { shape, alive };
}
