/** Where arrays of the MobileNet-like reference (reference/mobile/README.md) lie among ours. */
import type { NetworkPlan, UnitMasks } from '../../../src/domain/spaces/plan.ts';
import type { ParameterSpec } from '../../../src/domain/graph/parameters.ts';
import { candidateName } from '../../../src/domain/spaces/names.ts';
import { mbconvName } from '../../../src/domain/operations/mbconv.ts';
import type { MobileTable } from '../../../src/domain/spaces/mobile-table.ts';
import { operationTable } from '../../../src/domain/operations/registry.ts';
import type { Place } from '../supernet-names.ts';
import { ReferenceError } from '../reference.ts';
import type { NdArray } from '../reference.ts';

const whole = (name: string): Place => ({ name, element: null });

/** Fields of a candidate -> our parameters, behind the candidate's name. */
const candidateParts: Readonly<Record<string, string>> = {
  'expand.weight': 'expand',
  'expandNorm.gamma': 'expandNorm.gamma',
  'expandNorm.beta': 'expandNorm.beta',
  'depthwise.weight': 'depthwise',
  'depthwiseNorm.gamma': 'depthwiseNorm.gamma',
  'depthwiseNorm.beta': 'depthwiseNorm.beta',
  'depthwiseNorm.gateLogits': 'depthwise.gate',
  'project.weight': 'project',
  'projectNorm.gamma': 'projectNorm.gamma',
  'projectNorm.beta': 'projectNorm.beta',
  'projectNorm.gateLogits': 'project.gate',
};

const fixedParts: Readonly<Record<string, string>> = {
  'stem.conv.weight': 'stem.conv',
  'stem.norm.gamma': 'stem.norm.gamma',
  'stem.norm.beta': 'stem.norm.beta',
  'first.depthwise.weight': 'first.depthwise',
  'first.depthwiseNorm.gamma': 'first.depthwiseNorm.gamma',
  'first.depthwiseNorm.beta': 'first.depthwiseNorm.beta',
  'first.project.weight': 'first.project',
  'first.projectNorm.gamma': 'first.projectNorm.gamma',
  'first.projectNorm.beta': 'first.projectNorm.beta',
  'head.conv.weight': 'head.conv',
  'head.norm.gamma': 'head.norm.gamma',
  'head.norm.beta': 'head.norm.beta',
  'head.norm.gateLogits': 'head.gate',
  'head.filterThreshold': 'head.filterThreshold',
};

/** Of a candidate of a layer: its place among the layer's candidates by its name, such as mbconv_3x3_e6. */
function unitOf(table: MobileTable, candidate: string): number {
  return table.candidates.findIndex((shape) => mbconvName(shape) === candidate);
}

const ourCandidate = (table: MobileTable, layer: number, unit: number): string =>
  candidateName(layer, 0, operationTable[mbconvName(table.candidates[unit]!)]);

/**
 * Of a parameter by its name in the super-net's file.
 * @param classifier our head's name.
 * @returns null for a name of no known form.
 */
export function placeOf(reference: string, table: MobileTable, classifier: string): Place | null {
  const fixed = fixedParts[reference];
  if (fixed) return whole(fixed);
  const match = (pattern: RegExp): string[] | null => pattern.exec(reference)?.slice(1) ?? null;
  let m: string[] | null;
  if ((m = match(/^head\.classifier\.(weight|bias)$/))) return whole(`${classifier}.${m[0]}`);
  if ((m = match(/^layers\.(\d+)\.alpha$/))) return whole(`cells.${m[0]}.alpha`);
  if ((m = match(/^layers\.(\d+)\.operationThresholds$/)))
    return whole(`cells.${m[0]}.operationThreshold`);
  if ((m = match(/^layers\.(\d+)\.candidates\.(\w+)\.(.+)$/))) {
    const [layer, candidate, part] = m;
    const unit = unitOf(table, candidate!);
    if (unit < 0) return null;
    if (part === 'filterThreshold' || part === 'weightThreshold')
      return { name: `cells.${layer}.${part}`, element: unit };
    const ours = candidateParts[part!];
    return ours ? whole(`${ourCandidate(table, Number(layer), unit)}.${ours}`) : null;
  }
  return null;
}

/** Committed masks by the reference's names; a name that is absent: nothing pruned. */
export type Committed = Readonly<Record<string, NdArray>>;

/** Writes committed masks of operations and filters into `masks`; weights are `commitWeights`'. */
export function commitUnits(
  committed: Committed,
  table: MobileTable,
  masks: UnitMasks,
  file: string,
): void {
  for (const [name, { data }] of Object.entries(committed)) {
    const target = unitMask(name, table, masks);
    if (target === 'weights') continue;
    if (!target || target.length !== data.length)
      throw new ReferenceError(`${file}: committed mask '${name}' fits nothing of this space`);
    target.set(data);
  }
}

function unitMask(
  name: string,
  table: MobileTable,
  masks: UnitMasks,
): Uint8Array | 'weights' | undefined {
  if (name === 'head.norm.committedFilterMask') return masks.filters.head;
  const operations = /^layers\.(\d+)\.committedOperationMask$/.exec(name);
  if (operations) return masks.operations[Number(operations[1])];
  const part =
    /^layers\.(\d+)\.candidates\.(\w+)\.(?:(depthwise|project)Norm\.committedFilterMask|\w+\.committedMask)$/.exec(
      name,
    );
  if (!part) return undefined;
  const [, layer, candidate, norm] = part;
  const unit = unitOf(table, candidate!);
  if (unit < 0) return undefined;
  return norm ? masks.filters[`${ourCandidate(table, Number(layer), unit)}.${norm}`] : 'weights';
}

/** Writes committed masks of weights, as far as they are still there, into a packed mask. */
export function commitWeights(
  committed: Committed,
  plan: NetworkPlan,
  table: MobileTable,
  weightMask: Uint8Array,
): void {
  for (const [name, array] of Object.entries(committed)) {
    if (!name.endsWith('.committedMask')) continue;
    const place = placeOf(name.replace(/committedMask$/, 'weight'), table, plan.head.name);
    const spec = place && plan.table.byName.get(place.name);
    if (spec) weightMask.set(compacted(spec, array), spec.offset);
  }
}

/** Places of a parameter's elements in the array of the unpruned network. @param shape of that array. */
function sources(spec: ParameterSpec, shape: readonly number[]): Int32Array {
  return Int32Array.from({ length: spec.size }, (_, element) => {
    let [rest, from, step] = [element, 0, 1];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const own = rest % spec.shape[axis]!;
      from += (spec.ids[axis]?.[own] ?? own) * step;
      rest = Math.floor(rest / spec.shape[axis]!);
      step *= shape[axis]!;
    }
    return from;
  });
}

/** What compaction left of an array of the unpruned network. */
export function compacted(spec: ParameterSpec, { shape, data }: NdArray): Float32Array {
  return Float32Array.from(sources(spec, shape), (from) => data[from]!);
}

/** The other way about, zero where compaction took an element. */
export function spread(
  spec: ParameterSpec,
  values: ArrayLike<number>,
  shape: readonly number[],
): Float32Array {
  const result = new Float32Array(shape.reduce((a, b) => a * b, 1));
  sources(spec, shape).forEach((to, i) => (result[to] = values[i]!));
  return result;
}
