/** Arrays of the released program's super-net as ours: the space that they are of, and where each lies among our parameters. */
import * as v from 'valibot';
import { parameter } from '../../src/domain/graph/layout.ts';
import type { NetworkParameters } from '../../src/domain/graph/parameters.ts';
import { operationNames } from '../../src/domain/operations/registry.ts';
import { createSpace } from '../../src/domain/spaces/cells.ts';
import type { SpaceShape } from '../../src/domain/spaces/cells.ts';
import type { NetworkPlan } from '../../src/domain/spaces/plan.ts';
import { migrateParameters } from '../../src/engine/supernet/parameters.ts';
import { NdArraySchema, ReferenceError } from './reference.ts';
import type { NdArray } from './reference.ts';
import { placeOf } from './supernet-names.ts';

const finite = v.pipe(v.number(), v.finite());

export const SupernetSchema = v.object({
  lambda: finite,
  operations: v.array(v.picklist(operationNames)),
  x: NdArraySchema,
  labels: v.array(v.pipe(v.number(), v.integer(), v.minValue(0))),
  initial: v.record(v.string(), NdArraySchema),
  first: v.object({ logits: NdArraySchema, dAlpha: v.array(NdArraySchema) }),
  firstGradNorms: v.record(v.string(), finite),
  trace: v.pipe(
    v.array(
      v.object({
        crossEntropy: finite,
        sizeRegularizer: finite,
        thresholdRegularizer: finite,
        gradNorm: finite,
      }),
    ),
    v.minLength(1),
  ),
  final: v.record(v.string(), NdArraySchema),
  masksAfter: v.record(v.string(), NdArraySchema),
});
export type Supernet = v.InferOutput<typeof SupernetSchema>;

export function placed(
  name: string,
  plan: NetworkPlan,
  file: string,
): { name: string; element: number | null } {
  const place = placeOf(name, plan.space, plan.head.name);
  if (!place || !plan.table.byName.has(place.name)) {
    throw new ReferenceError(`${file}: parameter '${name}' is of no known form`);
  }
  return place;
}

export function slice(packed: Float32Array, plan: NetworkPlan, name: string): Float32Array {
  const { offset, size } = parameter(plan.table, name);
  return packed.subarray(offset, offset + size);
}

export function elements(
  packed: Float32Array,
  plan: NetworkPlan,
  place: { name: string; element: number | null },
): Float32Array {
  const all = slice(packed, plan, place.name);
  return place.element === null ? all : all.subarray(place.element, place.element + 1);
}

/** @throws ReferenceError for an array of the wrong size, or when a trained parameter of the plan is not given. */
export function toOurs(
  arrays: Readonly<Record<string, NdArray>>,
  plan: NetworkPlan,
  file: string,
): NetworkParameters {
  const parameters = migrateParameters(plan.table, null, 1, 0);
  const given = new Set<string>();
  for (const [name, array] of Object.entries(arrays)) {
    const place = placed(name, plan, file);
    const target = elements(parameters.values, plan, place);
    if (target.length !== array.data.length) {
      throw new ReferenceError(
        `${file}: field 'initial.${name}': ${array.data.length} numbers, expected ${target.length}`,
      );
    }
    target.set(array.data);
    given.add(place.name);
  }
  const missing = plan.table.specs.find(
    (spec) => spec.group !== 'statistic' && !given.has(spec.name),
  );
  if (missing)
    throw new ReferenceError(
      `${file}: field 'initial': nothing for our parameter '${missing.name}'`,
    );
  return parameters;
}

/** The space whose arrays these are, read from their shapes. */
export function spaceOf(
  reference: Pick<Supernet, 'initial' | 'x' | 'operations'>,
  file: string,
): SpaceShape {
  const get = (name: string): readonly number[] => {
    const array = reference.initial[name];
    if (!array) throw new ReferenceError(`${file}: field 'initial.${name}' is missing`);
    return array.shape;
  };
  let cells = 0;
  while (reference.initial[`cells.${cells}.alpha`]) cells++;
  const edges = get('cells.0.alpha')[0]!;
  const nodes = Math.round((Math.sqrt(9 + 8 * edges) - 3) / 2);
  const channels = Array.from(
    { length: cells },
    (_, c) => get(`cells.${c}.preprocess1.op.1.weight`)[3],
  );
  const stages = 1 + channels.filter((n, c) => c > 0 && n !== channels[c - 1]).length;
  const [, size, , imageChannels] = reference.x.shape;
  const space = createSpace(
    {
      cells,
      nodes,
      channels: channels[0]!,
      stages,
      stemMultiplier: get('stem.0.weight')[3]! / channels[0]!,
      operations: reference.operations,
    },
    { size: size!, channels: imageChannels!, classes: get('classifier.bias')[0]! },
  );
  const fits =
    space.edges.length === edges && space.cells.every((cell, c) => cell.channels === channels[c]);
  if (!fits)
    throw new ReferenceError(
      `${file}: cells of [${channels.join(', ')}] filters and ${edges} edges are no super-net of this space`,
    );
  return space;
}
