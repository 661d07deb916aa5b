/**
 * A part of a network by the engine's own recording: its input is given where the image would be, and the gradient of
 * its result too. Only the batches from the one to the other are recorded.
 */
import { countedCandidates } from '../../src/engine/supernet/soft-count.ts';
import { recordEpilogue } from '../../src/engine/supernet/webgpu/epilogue.ts';
import { lower } from '../../src/engine/supernet/webgpu/lower.ts';
import type { Batch } from '../../src/engine/supernet/webgpu/batches.ts';
import { recordBatches, weightRegistry } from '../../src/engine/supernet/webgpu/record.ts';
import { initialCoefficients, Recorder } from '../../src/engine/supernet/webgpu/recorder.ts';
import type { Part } from '../../src/engine/supernet/webgpu/recorder.ts';
import { SlotRegistry } from '../../src/engine/supernet/webgpu/registry.ts';
import { programsOf } from '../../src/engine/supernet/webgpu/select.ts';
import { tensor } from '../../src/engine/supernet/webgpu/tensor.ts';
import type { Place, Tensor } from '../../src/engine/supernet/webgpu/tensor.ts';
import { planUnits } from '../../src/engine/supernet/webgpu/units.ts';
import type { Node, NodeOf } from '../../src/domain/graph/graph.ts';
import { bytesOf, none, quadsOf } from '../../src/kernels/webgpu/quad.ts';
import type { Plane } from '../../src/kernels/webgpu/quad.ts';
import type { GpuBuffer } from '../../src/kernels/webgpu/buffers.ts';
import type { Gpu } from '../../src/kernels/webgpu/runtime.ts';
import { slotFieldIndex, slotSize } from '../../src/kernels/webgpu/slots.ts';
import type { ReferenceKernels } from './kernels.ts';
import { parts, sizes } from './own-recording.ts';
import { fromQuads, planeOf, toQuads } from './quads.ts';
import type { NdArray } from './reference.ts';

/** NHWC values at the lanes of a place, and back. */
function spread({ shape, data }: NdArray, lanes: readonly number[], width: number): NdArray {
  const pixels = data.length / lanes.length;
  const result = new Float32Array(pixels * width);
  for (let i = 0; i < pixels; i++)
    lanes.forEach((lane, c) => (result[i * width + lane] = data[i * lanes.length + c]!));
  return { shape: [...shape.slice(0, 3), width], data: result };
}

function collect({ shape, data }: NdArray, lanes: readonly number[]): NdArray {
  const width = shape[3]!;
  const pixels = data.length / width;
  const result = new Float32Array(pixels * lanes.length);
  for (let i = 0; i < pixels; i++)
    lanes.forEach((lane, c) => (result[i * lanes.length + c] = data[i * width + lane]!));
  return { shape: [...shape.slice(0, 3), lanes.length], data: result };
}

/** a - b, where b has a's channel. @param ids of the channels of each. */
function minus(a: NdArray, aIds: readonly number[], b: NdArray, bIds: readonly number[]): NdArray {
  const places = aIds.map((id) => bIds.indexOf(id));
  const data = a.data.map((value, i) => {
    const place = places[i % aIds.length]!;
    return place < 0 ? value : value - b.data[Math.floor(i / aIds.length) * bIds.length + place]!;
  });
  return { shape: a.shape, data };
}

/** What is recorded for an output: the batches that lead to it, its result and where its gradient is written. */
interface Target {
  readonly batches: readonly Batch[];
  readonly kind: 'mix' | 'linear';
}

function targetOf(batches: readonly Batch[], output: Node): Target {
  if (output.kind === 'linear') return { batches, kind: 'linear' };
  const last = batches.findLastIndex(({ kind }) => kind === 'mix');
  if (last < 0) throw new Error(`${output.name} is neither mixed nor classified`);
  return { batches: batches.slice(0, last + 1), kind: 'mix' };
}

/** The WGSL programs' `ReferenceKernels.part`. */
export const ownPart =
  (gpu: Gpu): ReferenceKernels['part'] =>
  async ({ plan, parameters, output, x, dy }) => {
    const made: GpuBuffer[] = [];
    const own = (buffer: GpuBuffer): GpuBuffer => (made.push(buffer), buffer);
    const { table, graph } = plan;
    const [image] = graph.nodes as [NodeOf<'image'>];
    const inPlane = planeOf(x);
    const { batch } = inPlane;
    const on = { operation: true, filter: true, weight: true };
    const weights = weightRegistry(table, true);
    const slots = new SlotRegistry();
    const programs = programsOf(graph);
    const head = output.kind === 'linear' ? output : plan.head.node;
    const given = {
      ...{ node: image, place: wholePlace(image) },
      gradient: { tensor: tensor('gradient of the input', image.size), quad: 0 },
    };
    given.gradient.tensor.quads = given.place.quads;
    const lowered = lower(graph, [head], {
      ...{ table, programs, weights, slots, gated: true },
      given: new Map([[image, given]]),
    });
    const units = plan.unitNodes.length;
    const candidates = plan.cells.length * units;
    const coefficients = own(gpu.upload(initialCoefficients(candidates, 0)));
    const values = own(gpu.upload(parameters.values));
    const grads = own(gpu.buffer(table.size * 4));
    const recorder = new Recorder(gpu, {
      ...{ table, batch, on, values, grads, weights, slots, sizes, factors: null },
      activations: 'float32',
      ...{ units, candidates, isLive: lowered.isLive, coefficients },
      images: own(gpu.buffer(16)),
      labels: own(gpu.buffer(batch * 4)),
    });
    const { batches, kind } = targetOf(lowered.batches, output);
    const { mixes, classifiers } = recordBatches(recorder, batches, () => null);
    recordEpilogue(recorder, {
      ...{ lowered, mixes, weightMask: parameters.weightMask, ring: 1 },
      counted: countedCandidates(plan),
      units: planUnits(graph, table, on),
      momenta: own(gpu.buffer(table.size * 4)),
      losses: own(gpu.buffer(batch * 8)),
    });
    recorder.resolve();
    const write = ({ tensor: to, quad }: Placed, array: NdArray, plane: Plane): void =>
      gpu.write(recorder.buffer(to), toQuads(array), bytesOf(quad, plane));
    const read = async (buffer: GpuBuffer, bytes?: number): Promise<Float32Array> =>
      new Float32Array(await gpu.read(buffer, bytes));
    const readQuads = async (to: Tensor, plane: Plane): Promise<NdArray> =>
      fromQuads(await read(recorder.buffer(to)), plane, to.quads * 4);

    const { channels } = output;
    const lanes = image.channels;
    write({ ...given.place }, spread(x, lanes, given.place.quads * 4), inPlane);
    const mixed = batches.at(-1);
    const set = mixed?.kind === 'mix' ? mixed.group.set : null;
    if (set)
      write({ tensor: set.gradient, quad: 0 }, spread(dy, channels, set.quads * 4), planeOf(dy));
    const [classifier] = classifiers;
    if (kind === 'linear') gpu.write(classifier!.gradient, dy.data);

    const recording = await gpu.finish('prologue' satisfies Part);
    const encoder = gpu.device.createCommandEncoder();
    recording.replay(encoder, new Set(parts));
    gpu.device.queue.submit([encoder.finish()]);

    let dx = collect(await readQuads(given.gradient.tensor, inPlane), lanes);
    let y: NdArray;
    if (set) {
      y = collect(await readQuads(set.tensor, planeOf(dy)), channels);
      // A candidate alone: what the layer adds to it is taken off.
      if (output.kind !== 'mix' && set.mixes[0]!.terms.some(({ unit }) => unit === null)) {
        y = minus(y, channels, x, lanes);
        dx = minus(dx, lanes, dy, channels);
      }
    } else {
      y = { shape: dy.shape, data: await read(classifier!.logits, dy.data.length * 4) };
    }
    const gradient = await read(grads, table.size * 4);
    const maskedWeights = await read(recorder.masked);
    const slotValues = await read(recorder.slotBuffer);
    const results = {
      ...{ y, dx, gradient },
      weights: effectiveWeights(plan, weights.sources, maskedWeights),
      gates: effectiveGates(plan, slots, slotValues),
      coefficients: (await read(coefficients)).slice(0, candidates),
    };
    recording.dispose();
    recorder.memory.free();
    for (const buffer of made) gpu.free(buffer);
    return results;
  };

type Placed = Pick<Place, 'tensor' | 'quad'>;
type Plan = Parameters<ReferenceKernels['part']>[0]['plan'];

/** Channel c in lane c. */
function wholePlace(node: Node): Place {
  const quads = quadsOf(Math.max(...node.channels) + 1);
  const laneOf = new Map(node.channels.map((id) => [id, id]));
  const whole = tensor(node.name, node.size);
  whole.quads = quads;
  return { tensor: whole, quad: 0, quads, laneOf };
}

/** Packed as the weight group; what no program reads is as it is. */
function effectiveWeights(
  { table }: Plan,
  sources: readonly number[],
  masked: Float32Array,
): Float32Array {
  const { offset, size } = table.groups.weight;
  const result = new Float32Array(size);
  sources.forEach((parameter, i) => {
    if (parameter !== none) result[parameter - offset] = masked[i]!;
  });
  return result;
}

/** Packed as the gate group. */
function effectiveGates({ table }: Plan, slots: SlotRegistry, values: Float32Array): Float32Array {
  const { offset, size } = table.groups.gate;
  const result = new Float32Array(size);
  slots.lanes.forEach(([, , gate], lane) => {
    if (gate !== none)
      result[gate! - offset] =
        values[((lane >> 2) * slotSize + slotFieldIndex('gate')) * 4 + (lane & 3)]!;
  });
  return result;
}
