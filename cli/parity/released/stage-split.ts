/** Where stages end, which cells reduce, and how wide they are, for many counts of cells. */
import * as v from 'valibot';
import { presetOperations } from '../../../src/domain/operations/registry.ts';
import { createSpace } from '../../../src/domain/spaces/cells.ts';
import { checkEqual } from '../compare.ts';
import type { Check } from '../compare.ts';
import { parseAs } from '../reference.ts';

const whole = v.pipe(v.number(), v.integer(), v.minValue(0));
const list = v.array(whole);

const StageSplitSchema = v.object({
  splits: v.array(
    v.object({
      cells: whole,
      lastCellOfStage: list,
      reductionCells: list,
      factorizedReducePreprocess0: list,
      nominalWidths: list,
    }),
  ),
});

export function checkStageSplit(content: unknown, file: string): Check[] {
  const { splits } = parseAs(StageSplitSchema, content, file);
  return splits.flatMap((split) => {
    const { cells, lastCellOfStage } = split;
    const settings = {
      cells,
      nodes: 4,
      channels: 1,
      stages: lastCellOfStage.length,
      stemMultiplier: 3,
      operations: [...presetOperations],
    };
    const space = createSpace(settings, { size: 32, channels: 3, classes: 10 });
    const where = (chosen: (cell: (typeof space.cells)[number]) => boolean): number[] =>
      space.cells.filter(chosen).map(({ index }) => index);
    const check = (what: string, actual: readonly number[], expected: readonly number[]): Check =>
      checkEqual(`${cells} cells, ${what}`, actual, expected);
    return [
      check('last cells', space.stageEnds, lastCellOfStage),
      check(
        'reductions',
        where(({ reduction }) => reduction),
        split.reductionCells,
      ),
      check(
        'factorized reduces',
        where(({ halvesFirstInput }) => halvesFirstInput),
        split.factorizedReducePreprocess0,
      ),
      check(
        'widths',
        space.cells.map(({ channels }) => channels),
        split.nominalWidths,
      ),
    ];
  });
}
