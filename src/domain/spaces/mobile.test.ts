import { expect, test } from 'vitest';
import { createMobileSpace } from './mobile.ts';
import {
  allCandidates,
  fittedStages,
  mobileLayers,
  mobileStageEnds,
  mobileTableProblems,
  MobileTableSchema,
} from './mobile-table.ts';
import type { MobileTable } from './mobile-table.ts';
import { buildPlan, fullMasks } from './build-plan.ts';
import * as v from 'valibot';

const small: MobileTable = {
  ...{ stem: 4, stemStride: 2, first: 3, head: 16, stageLayers: [2, 3] },
  groups: [
    { channels: 4, layers: 2, stride: 1 },
    { channels: 8, layers: 3, stride: 2 },
  ],
  candidates: allCandidates,
};
const image = { size: 14, channels: 3, classes: 5 };
const space = createMobileSpace(small, image);

test('layers follow from the groups; a shortcut needs the same size and channels', () => {
  expect(mobileLayers(small).map(({ inputs, outputs, stride, shortcut, group }) => [inputs, outputs, stride, shortcut, group])).toEqual([
    [3, 4, 1, false, 0],
    [4, 4, 1, true, 0],
    [4, 8, 2, false, 1],
    [8, 8, 1, true, 1],
    [8, 8, 1, true, 1],
  ]); // prettier-ignore
  expect(space.cells.map(({ size, stage }) => [size, stage])).toEqual([[7, 0], [7, 0], [4, 1], [4, 1], [4, 1]]); // prettier-ignore
  expect(mobileStageEnds(small)).toEqual([1, 4]);
});

test('a contradictory table is rejected with its field', () => {
  const twice = [...allCandidates, allCandidates[0]!];
  expect(mobileTableProblems({ ...small, stageLayers: [2, 2] })).toEqual([
    { path: 'stageLayers', message: 'the stages have 4 layers together, the groups have 5' },
  ]);
  expect(mobileTableProblems({ ...small, candidates: twice })[0]?.message).toContain(
    'mbconv_3x3_e3',
  );
  expect(() => createMobileSpace({ ...small, stageLayers: [9] }, image)).toThrow(
    /space\.stageLayers/,
  );
  const odd = v.safeParse(MobileTableSchema, {
    ...small,
    candidates: [{ kernel: 4, expansion: 3 }],
  });
  expect(odd.success).toBe(false);
});

test('stages follow the number of layers, the last ones first', () => {
  const fitted = (layers: number, stageLayers: number[]) =>
    fittedStages({ ...small, stageLayers, groups: [{ channels: 4, layers, stride: 1 }] });
  expect(fitted(6, [2, 3])).toEqual([2, 4]);
  expect(fitted(3, [2, 3])).toEqual([2, 1]);
  expect(fitted(2, [2, 3])).toEqual([1, 1]);
  expect(fitted(1, [2, 3])).toEqual([1]);
  expect(fitted(Number.NaN, [2, 3])).toEqual([2, 3]);
});

test('a pruned channel removes its part of all three convolutions', () => {
  const masks = fullMasks(space);
  const name = 'cells.1.edges.0.mbconv_3x3_e6';
  masks.filters[`${name}.depthwise`]!.fill(0, 0, 4);
  masks.filters[`${name}.project`]![1] = 0;
  const { table } = buildPlan(space, masks, 4, 1);
  const shape = (part: string): readonly number[] => table.byName.get(`${name}.${part}`)!.shape;
  expect(shape('expand')).toEqual([1, 1, 4, 20]);
  expect(shape('depthwise')).toEqual([3, 3, 20, 1]);
  expect(shape('project')).toEqual([1, 1, 20, 3]);
});

test('a channel is live where the shortcut brings it or a candidate writes it', () => {
  const masks = fullMasks(space);
  // Layer 2 has no shortcut: what no candidate writes is dead there, and behind the shortcuts of layers 3 and 4.
  masks.operations[2]!.set([1, 0, 0, 0, 0, 0]);
  masks.filters['cells.2.edges.0.mbconv_3x3_e3.project']!.set([1, 1, 1, 0, 0, 0, 0, 0]);
  masks.operations[3]!.fill(0);
  masks.operations[4]!.set([0, 1, 0, 0, 0, 0]);
  masks.filters['cells.4.edges.0.mbconv_3x3_e6.project']!.set([0, 0, 0, 0, 0, 0, 1, 1]);
  const plan = buildPlan(space, masks, 4, 1);
  expect(plan.cells[2]!.live[1]).toEqual([0, 1, 2]);
  // Gone: its input is its output.
  expect(plan.cells[3]!.output).toBe(plan.cells[2]!.output);
  expect(plan.table.byName.get('cells.4.edges.0.mbconv_3x3_e6.expand')!.shape).toEqual([
    1, 1, 3, 48,
  ]);
  expect(plan.cells[4]!.live[1]).toEqual([0, 1, 2, 6, 7]);
  expect(plan.table.byName.get('head.conv')!.shape).toEqual([1, 1, 5, 16]);
});

test('every stage but the last ends in a pool and a linear layer', () => {
  const { table, cells } = buildPlan(space, fullMasks(space), 1, 0);
  expect(table.byName.get('heads.0.weight')!.shape).toEqual([4, 5]);
  expect(table.byName.has('head.conv')).toBe(false);
  expect(cells.map(({ gated }) => gated.length)).toEqual([0, 0]);
  const whole = buildPlan(space, fullMasks(space), 4, 1);
  expect(whole.cells.map(({ gated }) => gated.map(({ name }) => name))).toEqual([[], [], [], [], ['head']]); // prettier-ignore
});
