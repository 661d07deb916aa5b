/** Scores and probabilities of a regrowth, and the tensors of one regrown operation of each kind. */
import * as v from 'valibot';
import { operationNames } from '../../../src/domain/operations/registry.ts';
import { createSpace } from '../../../src/domain/spaces/cells.ts';
import { slice } from '../../../src/engine/granularity/network.ts';
import type { Network } from '../../../src/engine/granularity/network.ts';
import { regrow, regrowthScores } from '../../../src/engine/search/regrow.ts';
import { buildPlan, fullMasks } from '../../../src/domain/spaces/build-plan.ts';
import { parameter } from '../../../src/domain/graph/layout.ts';
import { migrateParameters } from '../../../src/engine/supernet/parameters.ts';
import { checkEqual, relativeError } from '../compare.ts';
import type { Check } from '../compare.ts';
import { NdArraySchema, parseAs, ReferenceError } from '../reference.ts';
import { placeOf } from '../supernet-names.ts';

const finite = v.pipe(v.number(), v.finite());
const whole = v.pipe(v.number(), v.integer(), v.minValue(0));
const shape = v.array(whole);

const RegrowthSchema = v.object({
  operations: v.array(v.picklist(operationNames)),
  edges: v.array(v.strictTuple([whole, whole])),
  widthRule: v.object({ widths: v.pipe(v.array(whole), v.minLength(1)) }),
  scores: v.object({
    alpha: v.array(NdArraySchema),
    masks: v.array(NdArraySchema),
    momentum: v.array(NdArraySchema),
    cellScores: v.array(finite),
    typeScores: v.array(v.array(finite)),
    probabilities: v.array(v.array(finite)),
  }),
  regrown: v.object({
    operations: v.array(
      v.object({
        cell: whole,
        edgeIndex: whole,
        operation: v.picklist(operationNames),
        parameters: v.record(v.string(), shape),
        alphaBeforePruning: finite,
      }),
    ),
  }),
});
type Regrowth = v.InferOutput<typeof RegrowthSchema>;

/** Of float32 importances. */
const tolerance = 1e-6;

export function checkRegrowth(content: unknown, file: string): Check[] {
  const reference = parseAs(RegrowthSchema, content, file);
  const network = networkOf(reference, file);
  const { cells, types } = regrowthScores(network);
  const { cellScores, typeScores, probabilities } = reference.scores;
  const check = (name: string, actual: readonly number[], expected: readonly number[]): Check => ({
    name,
    error: relativeError(actual, expected),
    tolerance,
  });
  return [
    check('cell scores', cells, cellScores),
    check('type scores', types.flat(), typeScores.flat()),
    check(
      'probabilities of (cell, type)',
      types.flatMap((scores, c) => scores.map((score) => score * cells[c]!)),
      probabilities.flat(),
    ),
    ...reference.regrown.operations.flatMap((one) => checkRegrown(network, one, file)),
  ];
}

/** One operation brought back by itself. */
function checkRegrown(
  network: Network,
  one: Regrowth['regrown']['operations'][number],
  file: string,
): Check[] {
  const { cell, edgeIndex, operation, parameters, alphaBeforePruning } = one;
  const { space } = network.plan;
  const o = space.operations.findIndex(({ name }) => name === operation);
  const unit = edgeIndex * space.operations.length + o;
  const pruned = network.masks.operations[cell]!.slice();
  pruned[unit] = 0;
  const masks = {
    ...network.masks,
    operations: network.masks.operations.map((mask, c) => (c === cell ? pruned : mask)),
  };
  const plan = buildPlan(space, masks, network.plan.endCell, network.plan.stage);
  const old = { table: network.plan.table, parameters: network.parameters };
  const before = { plan, masks, parameters: migrateParameters(plan.table, old, 1, 0) };
  slice(before.parameters.values, parameter(plan.table, `cells.${cell}.alpha`))[unit] =
    alphaBeforePruning;
  const after = regrow(before, [{ cell, unit }], 1, 1);
  const name = `cell ${cell}, edge ${edgeIndex}, ${operation}`;
  const alpha = parameter(after.plan.table, `cells.${cell}.alpha`);
  return [
    ...Object.entries(parameters).map(([module, expected]) => {
      const reduce = module.startsWith('conv_') || module.startsWith('bn_2');
      const full = `cells.${cell}._ops.${edgeIndex}._ops.${o}.${module}`;
      const place = placeOf(full, space, after.plan.head.name);
      if (!place) throw new ReferenceError(`${file}: parameter '${full}' is of no known form`);
      const actual = after.plan.table.byName.get(place.name)?.shape ?? null;
      return checkEqual(`${name}: shape of ${reduce ? place.name : module}`, actual, expected);
    }),
    checkEqual(
      `${name}: live channels of its cell's states unchanged`,
      after.plan.cells[cell]!.live,
      before.plan.cells[cell]!.live,
    ),
    {
      name: `${name}: alpha as it was when pruned (the program's float32 sum loses its last digits, a slip)`,
      error: relativeError([after.parameters.values[alpha.offset + unit]!], [alphaBeforePruning]),
      tolerance,
    },
  ];
}

/** Every group of a cell keeps the same channels, as many of the first half as of the second. */
function networkOf(
  { operations, edges, widthRule: { widths }, scores }: Regrowth,
  file: string,
): Network {
  const nodes = Math.max(...edges.map(([, to]) => to)) - 1;
  const settings = {
    cells: widths.length,
    nodes,
    channels: 8,
    stages: widths.length,
    stemMultiplier: 3,
    operations,
  };
  const space = createSpace(settings, { size: 8, channels: 3, classes: 10 });
  if (JSON.stringify(space.edges.map(({ from, to }) => [from, to])) !== JSON.stringify(edges))
    throw new ReferenceError(`${file}: field 'edges': not the edges of a cell of ${nodes} nodes`);
  const masks = fullMasks(space);
  for (const [name, mask] of Object.entries(masks.filters)) {
    const width = widths[Number(name.split('.')[1])]!;
    mask.forEach((_, id) => (mask[id] = id % (mask.length / 2) < width / 2 ? 1 : 0));
  }
  masks.operations = scores.masks.map(({ data }) => Uint8Array.from(data));
  const plan = buildPlan(space, masks, widths.length - 1, widths.length - 1);
  const parameters = migrateParameters(plan.table, null, 1, 0);
  scores.alpha.forEach(({ data }, c) => {
    const spec = parameter(plan.table, `cells.${c}.alpha`);
    slice(parameters.values, spec).set(data);
    slice(parameters.momentum, spec).set(scores.momentum[c]!.data);
  });
  return { plan, masks, parameters };
}
