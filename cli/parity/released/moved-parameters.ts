/** Where the parameters of what a commit left ended after some steps, kind by kind. */
import type { ParameterSpec } from '../../../src/domain/graph/parameters.ts';
import { fullMasks } from '../../../src/domain/spaces/build-plan.ts';
import type { NetworkPlan, UnitMasks } from '../../../src/domain/spaces/plan.ts';
import { compact } from '../../../src/engine/granularity/commit.ts';
import type { Network } from '../../../src/engine/granularity/network.ts';
import { migrateParameters } from '../../../src/engine/supernet/parameters.ts';
import { relativeError } from '../compare.ts';
import type { Check } from '../compare.ts';
import type { NdArray } from '../reference.ts';
import { elements, placed } from '../supernet-arrays.ts';
import { kindOf, tolerances } from '../supernet.ts';

/** Every kind of parameter of what is left, and how far it moved. */
export function checkEnd(
  { final, initial }: Readonly<Record<'final' | 'initial', Readonly<Record<string, NdArray>>>>,
  { end, plan, masks }: { end: Network; plan: NetworkPlan; masks: UnitMasks },
  file: string,
): Check[] {
  const gathered = (given: Readonly<Record<string, NdArray>>): Network => {
    const parameters = migrateParameters(plan.table, null, 1, 0);
    for (const [name, array] of Object.entries(given))
      elements(parameters.values, plan, placed(name, plan, file)).set(array.data);
    return compact({ plan, masks: fullMasks(plan.space), parameters }, masks);
  };
  const [expected, start] = [gathered(final), gathered(initial)];
  const kinds = new Map<string, { actual: number[]; expected: number[]; start: number[] }>();
  for (const spec of end.plan.table.specs) {
    if (spec.group === 'statistic') continue;
    const kind = cancels(end.plan, spec) ? cancelling : kindOf(spec.name);
    const lists = kinds.get(kind) ?? { actual: [], expected: [], start: [] };
    kinds.set(kind, lists);
    for (let i = spec.offset; i < spec.offset + spec.size; i++) {
      if (pruned(masks, spec, i - spec.offset)) continue;
      lists.actual.push(end.parameters.values[i]!);
      lists.expected.push(expected.parameters.values[i]!);
      lists.start.push(start.parameters.values[i]!);
    }
  }
  return [...kinds].flatMap(([kind, lists]) =>
    kind === cancelling ? [checkScale(lists.actual, lists.expected)] : checkMoved(kind, lists),
  );
}

const cancelling = 'gates before a norm';

/** A gate before a norm moves by what float32 leaves of a difference: the norm divides it out. */
function checkScale(actual: readonly number[], expected: readonly number[]): Check {
  const root = (values: readonly number[]): number =>
    Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / Math.max(values.length, 1));
  return {
    name: `${cancelling}: absolute error by the logits' own scale, since their gradient is a cancellation`,
    error: root(actual.map((a, i) => a - expected[i]!)) / root(expected),
    tolerance: tolerances.first,
    remark: true,
  };
}

function checkMoved(
  kind: string,
  { actual, expected, start }: { actual: number[]; expected: number[]; start: number[] },
): Check[] {
  const change = (values: readonly number[]): number[] => values.map((x, i) => x - start[i]!);
  return [
    { name: `final ${kind}`, error: relativeError(actual, expected), tolerance: tolerances.first },
    {
      name: `change of ${kind}`,
      error: relativeError(change(actual), change(expected)),
      tolerance: tolerances.final,
    },
  ];
}

/** Elements of vectors over a cell's candidates that belong to a pruned one: the program moves those on. */
function pruned(masks: UnitMasks, { name }: ParameterSpec, element: number): boolean {
  const cell = /^cells\.(\d+)\.(alpha|(operation|filter|weight)Threshold)$/.exec(name)?.[1];
  return cell !== undefined && !masks.operations[Number(cell)]![element];
}

/** Gate logits of a factorized reduce on an edge. */
const cancels = ({ cells }: NetworkPlan, { group, name }: ParameterSpec): boolean =>
  group === 'gate' &&
  cells.some(({ candidates }) => candidates.some((k) => k.reduce && name === `${k.name}.gate`));
