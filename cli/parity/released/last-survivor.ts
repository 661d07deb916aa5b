/**
 * Nodes whose candidates are all under their thresholds, and the count n of survivors: two slips of the released program.
 * It keeps the last candidate in order, where the engine keeps the one with the largest margin; and of nodes 3 and 4 it
 * counts the survivors on node 2's edges. The file's values are reproduced by a formula with the slips; the engine is held
 * to the same formula without them.
 */
import * as v from 'valibot';
import { operationNames } from '../../../src/domain/operations/registry.ts';
import { buildPlan, fullMasks } from '../../../src/domain/spaces/build-plan.ts';
import { createSpace } from '../../../src/domain/spaces/cells.ts';
import { migrateParameters } from '../../../src/engine/supernet/parameters.ts';
import { checkEqual, relativeError } from '../compare.ts';
import type { Check } from '../compare.ts';
import type { GradientStepper } from '../kernels.ts';
import { NdArraySchema, parseAs, ReferenceError } from '../reference.ts';
import { slice } from '../supernet-arrays.ts';
import { releasedHyper } from '../supernet.ts';

const finite = v.pipe(v.number(), v.finite());
const whole = v.pipe(v.number(), v.integer(), v.minValue(0));

const LastSurvivorSchema = v.object({
  operations: v.array(v.picklist(operationNames)),
  edges: v.array(v.strictTuple([whole, whole])),
  alpha: v.array(NdArraySchema),
  committedOperations: v.array(NdArraySchema),
  operationThresholds: v.array(NdArraySchema),
  liveOperations: v.array(NdArraySchema),
  sizeRegularizerProgram: v.array(finite),
  sizeRegularizerOwnNode: v.array(finite),
  dAlphaProgram: v.array(NdArraySchema),
});
type LastSurvivor = v.InferOutput<typeof LastSurvivorSchema>;

/** So large that the loss is the regularizers' alone, but for rounding. */
const lambda = 1e4;
const tolerances = { value: 1e-6, gradient: 1e-4 };

/** One cell of the file. */
interface Cell {
  /** Destination state of each candidate. */
  readonly to: readonly number[];
  readonly importance: readonly number[];
  readonly committed: ArrayLike<number>;
  readonly threshold: ArrayLike<number>;
}

/** Our rule: over their thresholds, or of a node without such the committed one with the largest margin. */
function ownLive({ to, importance, committed, threshold }: Cell): number[] {
  const margin = importance.map((s, i) => (committed[i] ? s - threshold[i]! : -Infinity));
  const live = margin.map((m) => Number(m > 0));
  for (const node of new Set(to)) {
    const units = margin.flatMap((_, i) => (to[i] === node ? [i] : []));
    if (units.every((i) => !live[i]))
      live[units.reduce((a, b) => (margin[b]! > margin[a]! ? b : a))] = 1;
  }
  return live;
}

/** R and its gradient by alpha. @param countOn the state whose survivors are n of a node. */
function regularizer(cell: Cell, live: ArrayLike<number>, countOn: (node: number) => number) {
  const { to, importance, committed } = cell;
  const gradient = to.map(() => 0);
  let value = 0;
  for (const node of new Set(to)) {
    const units = to.flatMap((of, i) => (of === node && committed[i] ? [i] : []));
    const all = units.reduce((sum, i) => sum + importance[i]!, 0);
    const n = to.reduce((sum, of, i) => sum + (of === countOn(node) ? live[i]! : 0), 0);
    for (const i of units.filter((unit) => live[unit])) {
      const s = importance[i]!;
      value += Math.log1p((n * s) / all);
      gradient[i]! += n / (all + n * s);
      for (const j of units) gradient[j]! -= (n * s) / (all * (all + n * s));
    }
  }
  return { value, gradient: gradient.map((g, i) => g * importance[i]! * (1 - importance[i]!)) };
}

export async function checkLastSurvivor(
  content: unknown,
  file: string,
  stepper: GradientStepper,
): Promise<Check[]> {
  const reference = parseAs(LastSurvivorSchema, content, file);
  const { operations, edges, alpha, committedOperations, operationThresholds } = reference;
  const nodes = Math.max(...edges.map(([, to]) => to)) - 1;
  const space = createSpace(
    {
      cells: alpha.length,
      nodes,
      channels: 2,
      stages: alpha.length,
      stemMultiplier: 1,
      operations,
    },
    { size: 8, channels: 1, classes: 2 },
  );
  if (JSON.stringify(space.edges.map(({ from, to }) => [from, to])) !== JSON.stringify(edges))
    throw new ReferenceError(`${file}: field 'edges': not the edges of a cell of ${nodes} nodes`);
  const masks = fullMasks(space);
  masks.operations = committedOperations.map(({ data }) => Uint8Array.from(data));
  const last = alpha.length - 1;
  const plan = buildPlan(space, masks, last, last);
  const parameters = migrateParameters(plan.table, null, 1, 0);
  const set = (c: number, name: string, data: Float32Array): void =>
    slice(parameters.values, plan, `cells.${c}.${name}`).set(data);
  alpha.forEach(({ data }, c) => {
    set(c, 'alpha', data);
    set(c, 'operationThreshold', operationThresholds[c]!.data);
  });
  await stepper.load(plan, parameters, {
    batchSize: 2,
    granularities: { operation: true, filter: true, weight: true },
  });
  const batch = { images: new Float32Array(2 * 64), labels: new Int32Array(2), size: 2 };
  const run = async (cell: number, weight: number) => {
    const hyper = { ...releasedHyper, lambda: weight, sizeCells: [cell, cell] as const };
    const gradient = await stepper.gradients(batch, hyper);
    const [metrics] = await stepper.readMetrics();
    return { gradient, size: metrics!.sizeRegularizer };
  };
  const { gradient: without } = await run(0, 0);
  const checks: Check[] = [];
  for (let c = 0; c < alpha.length; c++) {
    const cell: Cell = {
      to: edges.flatMap(([, to]) => operations.map(() => to)),
      importance: Array.from(alpha[c]!.data, (a) => 1 / (1 + Math.exp(-a))),
      committed: committedOperations[c]!.data,
      threshold: operationThresholds[c]!.data,
    };
    const { size, gradient } = await run(c, lambda);
    const alphas = (packed: Float32Array): Float32Array => slice(packed, plan, `cells.${c}.alpha`);
    const actual = alphas(gradient).map((g, i) => (g - alphas(without)[i]!) / lambda);
    checks.push(...checkCell(reference, c, cell, { size, gradient: actual }));
  }
  return checks;
}

function checkCell(
  reference: LastSurvivor,
  c: number,
  cell: Cell,
  engine: { size: number; gradient: Float32Array },
): Check[] {
  const program = Array.from(reference.liveOperations[c]!.data);
  const own = ownLive(cell);
  const nodes = [...new Set(cell.to)];
  const of = (list: ArrayLike<number>, node: number): number[] =>
    cell.to.flatMap((to, i) => (to === node ? [list[i]!] : []));
  const differing = nodes.filter((node) => `${of(program, node)}` !== `${of(own, node)}`);
  // The program counts nodes 3 and 4 (states 4 and 5) on the edges into node 2 (state 3).
  const slipped = (node: number): number => Math.min(node, 3);
  const withSlip = regularizer(cell, program, slipped);
  const ownNode = regularizer(cell, program, (node) => node);
  const expected = regularizer(cell, own, (node) => node);
  const value = (name: string, actual: number, wanted: number): Check => ({
    name,
    error: relativeError([actual], [wanted]),
    tolerance: tolerances.value,
  });
  const digits = (x: number): string => x.toFixed(6);
  return [
    ...nodes
      .filter((node) => !differing.includes(node))
      .map((node) =>
        checkEqual(`cell ${c}: survivors of node ${node - 1}`, of(own, node), of(program, node)),
      ),
    ...differing.map((node) => {
      const kept = (list: ArrayLike<number>): number => of(list, node).indexOf(1);
      const lastOf = of(cell.committed, node).lastIndexOf(1);
      const check = checkEqual(
        `slip: of cell ${c}, node ${node - 1} the program keeps candidate ${kept(program)}, the last; by its margin ${kept(own)} stays`,
        kept(program),
        lastOf,
      );
      return { ...check, remark: true };
    }),
    {
      ...value(
        `slip: R of cell ${c} with n of node 2 for nodes 3 and 4: ${digits(withSlip.value)}; own nodes: ${digits(ownNode.value)}`,
        withSlip.value,
        reference.sizeRegularizerProgram[c]!,
      ),
      remark: true,
    },
    value(`formula with own nodes, cell ${c}`, ownNode.value, reference.sizeRegularizerOwnNode[c]!),
    {
      name: `formula's gradient of alpha with the slip, cell ${c}`,
      error: relativeError(withSlip.gradient, reference.dAlphaProgram[c]!.data),
      tolerance: tolerances.gradient,
    },
    value(
      `R of cell ${c} without the slips: ${digits(expected.value)}`,
      engine.size,
      expected.value,
    ),
    {
      name: `gradient of alpha without the slips, cell ${c}`,
      error: relativeError(engine.gradient, expected.gradient),
      tolerance: tolerances.gradient,
    },
  ];
}
