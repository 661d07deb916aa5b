/**
 * Parts of the MobileNet-like space against the reference: a candidate, a layer, the head. Values and every gradient.
 * Over 250 lines: candidate, layer and head share the same emission and the same comparison.
 */
import { fullMasks } from '../../../src/domain/spaces/build-plan.ts';
import type { Node } from '../../../src/domain/graph/graph.ts';
import { parameter } from '../../../src/domain/graph/layout.ts';
import type { NetworkParameters } from '../../../src/domain/graph/parameters.ts';
import {
  mbconvExpansions,
  mbconvKernels,
  mbconvName,
} from '../../../src/domain/operations/mbconv.ts';
import { createMobileSpace } from '../../../src/domain/spaces/mobile.ts';
import { allCandidates } from '../../../src/domain/spaces/mobile-table.ts';
import type { MobileTable } from '../../../src/domain/spaces/mobile-table.ts';
import {
  chainEmission,
  emitClassifier,
  emitHead,
  emitLayer,
  headGroup,
} from '../../../src/domain/spaces/mobile-graph.ts';
import type { ChainEmission } from '../../../src/domain/spaces/mobile-graph.ts';
import type { CellPlan, NetworkPlan, UnitMasks } from '../../../src/domain/spaces/plan.ts';
import { migrateParameters } from '../../../src/engine/supernet/parameters.ts';
import { checkArray, checkEqual, checkMask, relativeError } from '../compare.ts';
import type { Check } from '../compare.ts';
import type { ReferenceKernels } from '../kernels.ts';
import { parseAs, ReferenceError } from '../reference.ts';
import type { NdArray } from '../reference.ts';
import { tolerance } from '../shapes.ts';
import type { Checker } from '../shapes.ts';
import { CandidateSchema, HeadSchema, LayerSchema } from './part-forms.ts';
import { commitUnits, commitWeights, compacted, placeOf, spread } from './names.ts';

interface Arrays {
  readonly values: Record<string, NdArray>;
  readonly gradients: Record<string, NdArray>;
  readonly committed: Record<string, NdArray>;
  /** In effect. */
  readonly masks: Record<string, NdArray>;
}

const empty = (): Arrays => ({ values: {}, gradients: {}, committed: {}, masks: {} });

/** Every array of `fields`, sorted by what its name says. */
function collect(arrays: Arrays, prefix: string, fields: Readonly<Record<string, unknown>>): void {
  for (const [key, field] of Object.entries(fields)) {
    const name = `${prefix}${key}`;
    if (!isArray(field)) {
      if (typeof field === 'object' && field !== null)
        collect(arrays, `${name}.`, field as Record<string, unknown>);
    } else if (/^committed/.test(key)) arrays.committed[name] = field;
    else if (/^(mask|filterMask)$/.test(key)) arrays.masks[name] = field;
    else if (/^d[A-Z]/.test(key))
      arrays.gradients[`${prefix}${key[1]!.toLowerCase()}${key.slice(2)}`] = field;
    else arrays.values[name] = field;
  }
}

const isArray = (field: unknown): field is NdArray =>
  typeof field === 'object' && field !== null && 'data' in field && 'shape' in field;

interface Part {
  readonly table: MobileTable;
  readonly arrays: Arrays;
  readonly x: NdArray;
  readonly classes?: number;
  /** Adds the part to the graph. @returns its result, and the layer that it stands in. */
  readonly emit: (emission: ChainEmission, input: Node) => { output: Node; cell: CellPlan };
}

interface Computed extends Awaited<ReturnType<ReferenceKernels['part']>> {
  readonly output: Node;
  readonly plan: NetworkPlan;
  readonly parameters: NetworkParameters;
}

async function compute(
  { table, arrays, x, classes = 2, emit }: Part,
  dy: NdArray,
  file: string,
  kernels: ReferenceKernels,
): Promise<Computed> {
  const [, size, , channels] = x.shape;
  const space = createMobileSpace(table, { size: size!, channels: channels!, classes });
  const masks: UnitMasks = fullMasks(space);
  commitUnits(arrays.committed, table, masks, file);
  const emission = chainEmission(space, masks);
  const { graph } = emission;
  const { output, cell } = emit(emission, graph.image(channels!, size!));
  const head =
    output.kind === 'linear'
      ? { name: output.name, inputs: output.inputs[0]!.channels, node: output }
      : emitClassifier(emission, cell.output, 'heads.0');
  const plan: NetworkPlan = {
    ...{ space, endCell: 0, stage: 0, cells: [cell], head, auxiliary: null },
    unitNodes: space.operations.map(() => 0),
    ...graph.build(),
  };
  const parameters = migrateParameters(plan.table, null, 1, 0);
  const { alpha, threshold } = plan.table.groups;
  // What the file is silent of shall neither hide the candidate nor weigh it.
  parameters.values.fill(40, alpha.offset, alpha.offset + alpha.size);
  parameters.values.fill(0, threshold.offset, threshold.offset + threshold.size);
  for (const [name, array] of Object.entries(arrays.values)) {
    const place = placeOf(name, table, head.name);
    if (!place) throw new ReferenceError(`${file}: field '${name}' is of no known form`);
    const spec = plan.table.byName.get(place.name);
    if (!spec) continue;
    if (place.element === null) parameters.values.set(compacted(spec, array), spec.offset);
    else parameters.values[spec.offset + place.element] = array.data[0]!;
  }
  commitWeights(arrays.committed, plan, table, parameters.weightMask);
  return {
    ...(await kernels.part({ plan, parameters, output, x, dy: narrowed(dy, output.channels) })),
    output,
    plan,
    parameters,
  };
}

function checkGradients(
  { plan, gradient }: Computed,
  { table, arrays }: Pick<Part, 'table' | 'arrays'>,
): Check[] {
  return Object.entries(arrays.gradients).flatMap(([name, expected]): Check[] => {
    const place = placeOf(name, table, plan.head.name);
    const spec = place && plan.table.byName.get(place.name);
    if (!spec) return [];
    const actual =
      place.element === null
        ? spread(spec, gradient.subarray(spec.offset, spec.offset + spec.size), expected.shape)
        : [gradient[spec.offset + place.element]!];
    return [
      { name: `gradient of ${name}`, error: relativeError(actual, expected.data), tolerance },
    ];
  });
}

/** Masks in effect: what is multiplied with is zero where a unit is pruned. */
function checkMasks(
  { plan, parameters, weights, gates }: Computed,
  { table, arrays }: Pick<Part, 'table' | 'arrays'>,
): Check[] {
  return Object.entries(arrays.masks).flatMap(([name, expected]): Check[] => {
    const ofFilters = name.endsWith('.filterMask');
    const parameterName = ofFilters
      ? name.replace(/filterMask$/, 'gateLogits')
      : name.replace(/mask$/, 'weight');
    const place = placeOf(parameterName, table, plan.head.name);
    const spec = place && plan.table.byName.get(place.name);
    if (!spec) return [];
    const from = plan.table.groups[ofFilters ? 'gate' : 'weight'].offset;
    const effective = (ofFilters ? gates : weights)
      .subarray(spec.offset - from)
      .subarray(0, spec.size);
    const mask = Float32Array.from(effective, (value) => Number(value !== 0));
    const threshold = thresholdOf(name, parameters, plan, table);
    const margin = Float32Array.from({ length: spec.size }, (_, i) => {
      const value = parameters.values[spec.offset + i]!;
      return (ofFilters ? 1 / (1 + Math.exp(-value)) : Math.abs(value)) - threshold;
    });
    const wide = (values: Float32Array): Float32Array => spread(spec, values, expected.shape);
    return [checkMask(`mask ${name}`, wide(mask), expected.data, wide(margin))];
  });
}

function thresholdOf(
  mask: string,
  { values }: NetworkParameters,
  plan: NetworkPlan,
  table: MobileTable,
): number {
  const which = mask.endsWith('.filterMask') ? 'filterThreshold' : 'weightThreshold';
  const owner = mask.split('.').slice(0, -2).join('.');
  const place = placeOf(`${owner}.${which}`, table, plan.head.name)!;
  return values[parameter(plan.table, place.name).offset + (place.element ?? 0)]!;
}

/** A table of one searched layer. */
const lone = (
  inputs: number,
  channels: number,
  layerStride: 1 | 2,
  candidates: MobileTable['candidates'],
  head = 1,
): MobileTable => ({
  ...{ stem: 1, stemStride: 1, first: inputs, head, stageLayers: [1], candidates },
  groups: [{ channels, layers: 1, stride: layerStride }],
});

const channelsOf = ({ shape }: NdArray): number => shape[shape.length - 1]!;

/** A result at the width of the unpruned part: a pruned channel gives zero. */
function widened({ data }: NdArray, channels: readonly number[], { shape }: NdArray): NdArray {
  const width = shape[shape.length - 1]!;
  const wide = new Float32Array(shape.reduce((a, b) => a * b, 1));
  data.forEach((value, i) => {
    wide[Math.floor(i / channels.length) * width + channels[i % channels.length]!] = value;
  });
  return { shape, data: wide };
}

/** The gradient of what is there. */
function narrowed({ data, shape }: NdArray, channels: readonly number[]): NdArray {
  const width = shape[shape.length - 1]!;
  const narrow = Float32Array.from(
    { length: (data.length / width) * channels.length },
    (_, i) => data[Math.floor(i / channels.length) * width + channels[i % channels.length]!]!,
  );
  return { shape: [...shape.slice(0, -1), channels.length], data: narrow };
}

async function check(
  part: Part,
  { y, dy, dx }: { y: NdArray; dy: NdArray; dx: NdArray },
  file: string,
  kernels: ReferenceKernels,
): Promise<{ computed: Computed; checks: Check[] }> {
  const computed = await compute(part, dy, file, kernels);
  const { channels } = computed.output;
  const checks = [
    checkArray('y', widened(computed.y, channels, y), y, tolerance),
    checkArray('dx', computed.dx, dx, tolerance),
    ...checkGradients(computed, part),
    ...checkMasks(computed, part),
  ];
  return { computed, checks };
}

/** A whole candidate. */
export const checkMbconv: Checker = async (content, file, kernels) => {
  const { x, y, dy, dx, ...fields } = parseAs(CandidateSchema, content, file);
  const table = lone(channelsOf(x), channelsOf(y), fields.stride, [fields]);
  const arrays = empty();
  collect(arrays, `layers.0.candidates.${mbconvName(fields)}.`, fields);
  const emit: Part['emit'] = (emission, input) => {
    const cell = emitLayer(emission, emission.space.cells[0]!, input);
    return { cell, output: cell.candidates[0]!.node };
  };
  return (await check({ table, arrays, x, emit }, { y, dy, dx }, file, kernels)).checks;
};

/** A searchable layer: candidates that survive, are under their thresholds, or are gone. */
export const checkLayer: Checker = async (content, file, kernels) => {
  const reference = parseAs(LayerSchema, content, file);
  const { x, y, dy, dx, operations, shortcut, operationMask, ...fields } = reference;
  const shapes = mbconvKernels.flatMap((kernel) =>
    mbconvExpansions.map((expansion) => ({ kernel, expansion })),
  );
  const candidates = operations.map((name) => {
    const shape = shapes.find((one) => mbconvName(one) === name);
    if (!shape) throw new ReferenceError(`${file}: field 'operations': unknown '${name}'`);
    return shape;
  });
  const table = lone(channelsOf(x), channelsOf(y), fields.stride, candidates);
  const arrays = empty();
  collect(arrays, 'layers.0.', fields);
  let layer: CellPlan | undefined;
  const emit: Part['emit'] = (emission, input) => {
    const cell = (layer = emitLayer(emission, emission.space.cells[0]!, input));
    return { cell, output: cell.output };
  };
  const { computed, checks } = await check(
    { table, arrays, x, emit },
    { y, dy, dx },
    file,
    kernels,
  );
  const alive = Array.from(computed.coefficients, (coefficient) => Number(coefficient !== 0));
  const margin = fields.alpha.data.map(
    (alpha, o) => 1 / (1 + Math.exp(-alpha)) - fields.operationThresholds.data[o]!,
  );
  return [
    ...checks,
    checkMask('operation mask', alive, operationMask.data, margin),
    checkEqual('shortcut', layer?.shape.shortcut, shortcut),
  ];
};

/** Convolution, norm, gates, ReLU6, global pool and classifier. */
export const checkHead: Checker = async (content, file, kernels) => {
  const { x, y, dy, dx, ...fields } = parseAs(HeadSchema, content, file);
  const width = channelsOf(x);
  const table = lone(width, width, 1, allCandidates, channelsOf(fields.conv.weight));
  const arrays = empty();
  collect(arrays, 'head.', fields);
  const emit: Part['emit'] = (emission, input) => {
    const cell = emitLayer(emission, emission.space.cells[0]!, input);
    // The layer stands beside it: a plan has one.
    const { node } = emitClassifier(emission, emitHead(emission, input), 'heads.0');
    return { cell: { ...cell, gated: [headGroup(emission)] }, output: node };
  };
  const part = { table, arrays, x, classes: channelsOf(y), emit };
  return (await check(part, { y, dy, dx }, file, kernels)).checks;
};
