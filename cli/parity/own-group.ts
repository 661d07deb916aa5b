/**
 * One candidate operation by the engine's own recording: a cell of one node in which all but this operation is pruned,
 * its input given and its result's gradient too. Only the batches from that state to the mix are recorded. The
 * operation's coefficient is 1.
 */
import { createSpace } from '../../src/domain/spaces/cells.ts';
import type { SpaceShape } from '../../src/domain/spaces/cells.ts';
import type { OperationName } from '../../src/domain/operations/registry.ts';
import { buildPlan, fullMasks } from '../../src/domain/spaces/build-plan.ts';
import { migrateParameters } from '../../src/engine/supernet/parameters.ts';
import type { NetworkParameters, ParameterSpec } from '../../src/domain/graph/parameters.ts';
import type { NetworkPlan } from '../../src/domain/spaces/plan.ts';
import { recordEpilogue } from '../../src/engine/supernet/webgpu/epilogue.ts';
import { lower } from '../../src/engine/supernet/webgpu/lower.ts';
import { recordBatches, weightRegistry } from '../../src/engine/supernet/webgpu/record.ts';
import { Recorder } from '../../src/engine/supernet/webgpu/recorder.ts';
import type { Part } from '../../src/engine/supernet/webgpu/recorder.ts';
import { SlotRegistry } from '../../src/engine/supernet/webgpu/registry.ts';
import { programsOf } from '../../src/engine/supernet/webgpu/select.ts';
import { planUnits } from '../../src/engine/supernet/webgpu/units.ts';
import { unprunedPlans } from '../../src/domain/counts.ts';
import { range } from '../../src/engine/supernet/webgpu/tiles.ts';
import { bytesOf } from '../../src/kernels/webgpu/quad.ts';
import type { Plane } from '../../src/kernels/webgpu/quad.ts';
import type { Tensor } from '../../src/engine/supernet/webgpu/tensor.ts';
import type { Gpu } from '../../src/kernels/webgpu/runtime.ts';
import type { GpuBuffer } from '../../src/kernels/webgpu/buffers.ts';
import { slotFieldIndex, slotSize } from '../../src/kernels/webgpu/slots.ts';
import { parts, sizes } from './own-recording.ts';
import { fromQuads, planeOf, strided, toQuads } from './quads.ts';
import type { NdArray } from './reference.ts';

/** Its sigmoid is 1 in float32. */
const certain = 100;

export interface GroupSetup {
  readonly operation: OperationName;
  readonly stride: 1 | 2;
  readonly x: NdArray;
  /** Gradient of the result; channel i stands for filter `outputs[i]` of the node. */
  readonly dy: NdArray;
  readonly outputs: readonly number[];
  /** Filters of every convolution of the cell: at least as many as any of the arrays has channels. */
  readonly channels: number;
  /** Surviving filters, by the end of a group's name (`block0`); all where not given. */
  readonly survivors?: Readonly<Record<string, readonly number[]>>;
  /** Writes the parameters that matter; `name` is that of the candidate. */
  readonly fill: (parameters: NetworkParameters, plan: NetworkPlan, name: string) => void;
}

export interface GroupResult {
  readonly y: NdArray;
  readonly dx: NdArray;
  readonly plan: NetworkPlan;
  /** Gradients of all parameters, packed as `plan.table` says. */
  readonly gradient: Float32Array;
  readonly name: string;
  /** Gates in effect of a block's filters, at full size; 0 where physically gone. */
  readonly gates: (block: string, shape: readonly number[]) => Float32Array;
}

function planOf({ operation, stride, x, channels, survivors = {} }: GroupSetup): NetworkPlan {
  const { height } = planeOf(x);
  const settings = {
    cells: 1,
    nodes: 1,
    channels,
    stages: 1,
    stemMultiplier: 1,
    operations: [operation],
  };
  const base = createSpace(settings, { size: height, channels: 1, classes: 2 });
  const size = Math.ceil(height / stride);
  const space: SpaceShape = {
    ...base,
    cells: base.cells.map((cell) => ({ ...cell, reduction: stride === 2, size })),
  };
  const masks = fullMasks(space);
  const keep = (name: string, alive: readonly number[]): void => {
    masks.filters[name]!.fill(0);
    for (const id of alive) masks.filters[name]![id] = 1;
  };
  keep('cells.0.preprocess0', range(x.shape[3]!));
  for (const [end, alive] of Object.entries(survivors)) {
    keep(
      Object.keys(masks.filters).find(
        (name) => name.startsWith('cells.0.edges.0.') && name.endsWith(end),
      )!,
      alive,
    );
  }
  masks.operations[0]!.fill(0);
  masks.operations[0]![0] = 1;
  return buildPlan(space, masks, 0, 0);
}

/** Channel c of `array` as channel `places[c]` of `channels`; zero elsewhere. */
function spread({ shape, data }: NdArray, places: readonly number[], channels: number): NdArray {
  const pixels = data.length / shape[3]!;
  const result = new Float32Array(pixels * channels);
  for (let i = 0; i < pixels; i++)
    places.forEach((c, k) => (result[i * channels + c] = data[i * shape[3]! + k]!));
  return { shape: [...shape.slice(0, 3), channels], data: result };
}

function collect({ shape, data }: NdArray, places: readonly number[]): NdArray {
  const pixels = data.length / shape[3]!;
  const result = new Float32Array(pixels * places.length);
  for (let i = 0; i < pixels; i++)
    places.forEach((c, k) => (result[i * places.length + k] = data[i * shape[3]! + c]!));
  return { shape: [...shape.slice(0, 3), places.length], data: result };
}

export async function runGroup(gpu: Gpu, setup: GroupSetup): Promise<GroupResult> {
  const { x, dy, outputs, stride } = setup;
  const plan = planOf(setup);
  const parameters = migrateParameters(plan.table, null, 1, 0);
  const name = `cells.0.edges.0.${setup.operation}`;
  parameters.values[plan.table.byName.get('cells.0.alpha')!.offset] = certain;
  setup.fill(parameters, plan, name);

  const inPlane = planeOf(x);
  const outPlane = strided(inPlane, stride);
  const made: GpuBuffer[] = [];
  const own = (buffer: GpuBuffer): GpuBuffer => (made.push(buffer), buffer);
  const { table, graph } = plan;
  const { batch } = inPlane;
  const values = own(gpu.upload(parameters.values));
  const grads = own(gpu.buffer(table.size * 4));
  const on = { operation: false, filter: true, weight: true };
  const weights = weightRegistry(table, on.weight);
  const slots = new SlotRegistry();
  // The state is given, and its gradient read, in the mix's lanes.
  const programs = {
    ...programsOf(unprunedPlans(plan.space).at(-1)!.graph),
    directly: () => 'pools' as const,
  };
  const lowered = lower(graph, [plan.head.node], { table, programs, weights, slots, gated: true });
  const recorder = new Recorder(gpu, {
    ...{ table, batch, on, values, grads, weights, slots, sizes, factors: null },
    activations: 'float32',
    ...{ units: plan.unitNodes.length, candidates: plan.unitNodes.length, isLive: lowered.isLive },
    coefficients: own(gpu.buffer(plan.unitNodes.length * 4)),
    images: own(gpu.buffer(16)),
    labels: own(gpu.buffer(16)),
  });
  const kinds = lowered.batches.map(({ kind }) => kind);
  const batches = lowered.batches.slice(kinds.indexOf('sources'), kinds.indexOf('mix') + 1);
  const last = batches.at(-1);
  if (last?.kind !== 'mix') throw new Error('the operation is not mixed');
  const { set, sources, states, statesGradient } = last.group;
  const { value, quad } = sources[0]!;
  const { mixes } = recordBatches(recorder, batches, () => null);
  recordEpilogue(recorder, {
    ...{ lowered, mixes, weightMask: parameters.weightMask, counted: [], ring: 1 },
    units: planUnits(graph, table, on),
    momenta: own(gpu.buffer(table.size * 4)),
    losses: own(gpu.buffer(batch * 8)),
  });
  recorder.resolve();
  const write = (tensor: Tensor, first: number, array: NdArray, plane: Plane): void =>
    gpu.write(recorder.buffer(tensor), toQuads(array), bytesOf(first, plane));
  write(value.place.tensor, value.place.quad, x, inPlane);
  write(states, quad, spread(x, range(x.shape[3]!), set.width), inPlane);
  write(set.gradient, 0, spread(dy, outputs, set.width), outPlane);
  const recording = await gpu.finish('prologue' satisfies Part);
  const encoder = gpu.device.createCommandEncoder();
  recording.replay(encoder, new Set(parts));
  gpu.device.queue.submit([encoder.finish()]);

  const read = async (buffer: GpuBuffer, bytes?: number): Promise<Float32Array> =>
    new Float32Array(await gpu.read(buffer, bytes));
  const y = collect(
    fromQuads(await read(recorder.buffer(set.tensor)), outPlane, set.width),
    outputs,
  );
  const all = await read(recorder.buffer(statesGradient));
  const ofState = all.subarray(bytesOf(quad, inPlane) / 4);
  const dx = collect(fromQuads(ofState, inPlane, set.width), range(x.shape[3]!));
  const gradient = await read(grads, plan.table.size * 4);
  const slotValues = await read(recorder.slotBuffer);
  const gates: GroupResult['gates'] = (block, shape) => {
    const spec = plan.table.byName.get(`${name}.${block}.gate`)!;
    const full = new Float32Array(shape[0]!);
    fullIndices(spec, shape).forEach((to, i) => {
      const lane = slots.lanes.findIndex(([, , gate]) => gate === spec.offset + i);
      full[to] = slotValues[((lane >> 2) * slotSize + slotFieldIndex('gate')) * 4 + (lane & 3)]!;
    });
    return full;
  };
  recording.dispose();
  recorder.memory.free();
  for (const buffer of made) gpu.free(buffer);
  return { y, dx, plan, gradient, name, gates };
}

/** For each element of a compacted parameter, its index in an array of the full `shape`. */
export function fullIndices(spec: ParameterSpec, shape: readonly number[]): number[] {
  return range(spec.size).map((i) => {
    let rest = i;
    let index = 0;
    let step = 1;
    for (let axis = spec.shape.length - 1; axis >= 0; axis--) {
      const position = rest % spec.shape[axis]!;
      rest = Math.floor(rest / spec.shape[axis]!);
      index += (spec.ids[axis]?.[position] ?? position) * step;
      step *= shape[axis]!;
    }
    return index;
  });
}
