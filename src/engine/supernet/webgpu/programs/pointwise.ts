/**
 * 1x1 convolutions of stride 1, and those of stride 2, up to two in a product (factorized reduce).
 * Over 250 lines: every way back - to values, to norms, to depthwise convolutions - reads the same products.
 */
import { pointwiseFilterGradient } from '../../../../kernels/webgpu/pointwise-filter-gradient/program.ts';
import { pointwiseInputGradient } from '../../../../kernels/webgpu/pointwise-input-gradient/program.ts';
import {
  productGradientRow,
  productReaderRow,
  reluGradientRow,
} from '../../../../kernels/webgpu/pointwise-input-gradient/rows.ts';
import { plainShape, pointwiseTile } from '../../../../kernels/webgpu/pointwise/product.ts';
import type { ProductShape } from '../../../../kernels/webgpu/pointwise/product.ts';
import { pointwiseForward } from '../../../../kernels/webgpu/pointwise/program.ts';
import { pointwiseRow } from '../../../../kernels/webgpu/pointwise/rows.ts';
import { ceilDiv, none, pixelsOf } from '../../../../kernels/webgpu/quad.ts';
import { readsNorm } from '../../../../kernels/webgpu/activation.ts';
import type { GpuBuffer } from '../../../../kernels/webgpu/buffers.ts';
import { normBackwardRow } from '../../../../kernels/webgpu/norm-backward/rows.ts';
import { groupBy } from '../group-by.ts';
import { slotOf, wholeQuad } from '../tensor.ts';
import { normBackward } from './norm.ts';
import type { BatchOf, Product } from '../batches.ts';
import type { Recorder } from '../recorder.ts';
import type { Tensor } from '../tensor.ts';
import { productTiles, range } from '../tiles.ts';
import { WorkCounter } from '../work.ts';

type Pointwise = BatchOf<'pointwise' | 'strided'>;

const tiles = (recorder: Recorder, tensor: Tensor, shape: ProductShape): number =>
  ceilDiv(pixelsOf(recorder.plane(tensor)), pointwiseTile(shape));

/** Two quads of results at once, where the unpruned network has a convolution that makes more than one. */
const shapeOf = ({ options: { sizes } }: Recorder, { tile }: Pointwise): ProductShape => ({
  ...{ outputs: tile, adjacent: sizes.adjacent },
});

/** [0, count) in steps of the quads that a row makes; whether there is a second. */
const steps = ({ outputs }: ProductShape, count: number): { q: number; both: boolean }[] =>
  range(ceilDiv(count, outputs)).map((i) => ({
    q: i * outputs,
    both: outputs === 2 && i * outputs + 1 < count,
  }));

/** Each convolution of a product: its first quad within the product's, and the shift of its input. */
const partsOf = ({ weights: { quads } }: Product): { k: number; quad: number; quads: number }[] =>
  quads.map((own, k) => ({ k, quad: k === 0 ? 0 : quads[0]!, quads: own }));

const slotAt = ({ norm }: Product, quad = 0): number => (norm ? slotOf(norm, quad) : 0);

const slots = (recorder: Recorder, { activation }: Pointwise): GpuBuffer[] =>
  readsNorm(activation) ? [recorder.slotBuffer] : [];

const isStrided = ({ kind }: Pointwise): boolean => kind === 'strided';

const quadsIn = (members: readonly Product[]): number =>
  members.reduce((sum, { place }) => sum + place.quads, 0);

/** Multiply-adds of the products, what they read and their weights: forwards, and for the weights' gradients alike. */
function productWork(
  recorder: Recorder,
  { output }: Pointwise,
  members: readonly Product[],
): WorkCounter {
  const work = new WorkCounter(recorder);
  for (const { input, place } of members) {
    work.multiplyAdds(4 * input.quads, output, place.quads).readsPlace(input);
    work.numbers(16 * input.quads * place.quads);
  }
  return work;
}

/** Of products' gradients towards quads of their input: multiply-adds, gradients and weights. */
function readersWork(
  recorder: Recorder,
  { output, activation }: Pointwise,
  readers: readonly Product[],
): WorkCounter {
  const work = new WorkCounter(recorder);
  for (const { place, input } of readers) {
    work.multiplyAdds(4 * place.quads, output, input.quads).readsPlace(place);
    work.numbers(16 * input.quads * place.quads);
    if (activation !== 'none') work.readsPlace(input);
  }
  return work;
}

export function forward(recorder: Recorder, batch: Pointwise): void {
  const { tables, tab, masked } = recorder;
  const { input, output, activation, members } = batch;
  const shape = shapeOf(recorder, batch);
  const rows = members.flatMap((member) =>
    partsOf(member).flatMap(({ k, quad, quads }) =>
      steps(shape, quads).map(({ q, both }) =>
        pointwiseRow.pack({
          inputQuad: member.input.quad,
          inputQuads: member.input.quads,
          outputQuad: member.place.quad + quad + q,
          both,
          weights: member.weights.forward[k]! + q * member.input.quads * 4,
          shift: k,
          slot: slotAt(member),
        }),
      ),
    ),
  );
  recorder.record(
    pointwiseForward({ activation, strided: isStrided(batch) }, shape),
    [recorder.buffer(input), masked, recorder.buffer(output), tab, ...slots(recorder, batch)],
    { ...recorder.planes(input, output), table: tables.add(rows) },
    [tiles(recorder, output, shape), rows.length],
    productWork(recorder, batch, members).moves(output, quadsIn(members)),
  );
}

export function backward(recorder: Recorder, batch: Pointwise): void {
  const members = batch.members.filter(({ node }) => recorder.options.isLive(node));
  const reading = members.filter(({ input }) => input.quads > 0);
  if (reading.length === 0) return;
  weightsBackward(recorder, batch, reading);
  if (isStrided(batch)) stridedBackward(recorder, batch, reading);
  else if (batch.behindDepthwise) depthwiseBackward(recorder, batch, reading);
  else if (readsNorm(batch.activation)) innerBackward(recorder, batch, reading);
  else valuesBackward(recorder, batch, reading);
}

function weightsBackward(recorder: Recorder, batch: Pointwise, members: readonly Product[]): void {
  const { tables, tab, chunks, chunkParams } = recorder;
  const { sizes } = recorder.options;
  const { input, output, activation, tile } = batch;
  const rows = members.flatMap((member) =>
    partsOf(member).flatMap(({ k, quad, quads }) =>
      productTiles(
        ...([member.input.quad, member.input.quads] as const),
        ...([member.place.quad + quad, quads, k, member.weights.gradient[k]!, tile] as const),
        slotAt(member),
      ),
    ),
  );
  recorder.record(
    pointwiseFilterGradient({ activation, tile, strided: isStrided(batch) }, sizes.filter),
    [...[recorder.buffer(input), recorder.buffer(output), chunks, tab], ...slots(recorder, batch)],
    { ...recorder.planes(input, output), table: tables.add(rows), ...chunkParams },
    [sizes.chunks, rows.length],
    productWork(recorder, batch, members).moves(output, quadsIn(members)),
  );
}

/** Products of which no two write to the same quads: one dispatch each. */
function disjoint(members: readonly Product[]): Product[][] {
  const passes: Product[][] = [];
  for (const member of members) {
    const { tensor, quad } = member.value!.gradient;
    const free = passes.find(
      (pass) =>
        pass[0]!.value!.gradient.tensor === tensor &&
        pass.every(({ value }) => value!.gradient.quad !== quad),
    );
    if (free) free.push(member);
    else passes.push([member]);
  }
  return passes;
}

/** Through relu, to what else a value's readers give it. */
function stridedBackward(recorder: Recorder, batch: Pointwise, members: readonly Product[]): void {
  const { tables, tab, masked } = recorder;
  const { input, output, activation } = batch;
  for (const pass of disjoint(members)) {
    const { tensor } = pass[0]!.value!.gradient;
    const work = readersWork(recorder, batch, pass);
    const rows = pass.flatMap(({ value, place, weights }) => {
      const [first, second = 0] = weights.quads;
      const { quad, quads } = value!.place;
      const results = range(quads).map((q) => value!.gradient.quad + q);
      const add = recorder.claim(tensor, results);
      work.moves(tensor, quads * (add ? 2 : 1));
      return results.map((resultQuad, q) =>
        reluGradientRow.pack({
          gradientQuad: place.quad,
          gradientQuads: first!,
          weights: weights.transposed + q * (first! + second) * 4,
          inputQuad: quad + q,
          ...{ resultQuad, add },
          secondQuad: place.quad + first!,
          secondQuads: second,
        }),
      );
    });
    recorder.record(
      pointwiseInputGradient({ activation, strided: true }),
      [
        ...[recorder.buffer(output), masked, recorder.buffer(input)],
        ...[recorder.buffer(tensor), tab],
      ],
      { ...recorder.planes(input, output), table: tables.add(rows) },
      [tiles(recorder, input, plainShape), rows.length],
      work,
    );
  }
}

/** A table of those that read quad `q` of their input. */
function readersOf(
  { tables }: Recorder,
  members: readonly Product[],
  q: number,
): { readers: number; count: number } {
  const rows = members.map(({ place, weights }) =>
    productReaderRow.pack({
      gradientQuad: place.quad,
      gradientQuads: place.quads,
      weights: weights.transposed + q * place.quads * 4,
    }),
  );
  return { readers: tables.add(rows), count: rows.length };
}

/** To values, all readers of one at once, besides what others give it. */
function valuesBackward(recorder: Recorder, batch: Pointwise, members: readonly Product[]): void {
  const byTensor = groupBy(members, ({ value }) => value!.gradient.tensor);
  for (const own of byTensor) {
    const { tensor } = own[0]!.value!.gradient;
    const work = readersWork(recorder, batch, own);
    const rows = [...new Set(own.map(({ value }) => value!))].flatMap(({ place, gradient }) => {
      const readers = own.filter(({ value }) => value!.place === place);
      const results = range(place.quads).map((q) => gradient.quad + q);
      const add = recorder.claim(tensor, results);
      work.moves(tensor, results.length * (add ? 2 : 1));
      return steps(shapeOf(recorder, batch), place.quads).map(({ q, both }) =>
        productGradientRow.pack({
          ...{ inputQuad: place.quad + q, slot: 0, resultQuad: gradient.quad + q, both, add },
          ...readersOf(recorder, readers, q),
        }),
      );
    });
    inputsBackward(recorder, batch, rows, tensor, work);
  }
}

/** To norms' results, which nothing else reads, and through the norms. */
function innerBackward(recorder: Recorder, batch: Pointwise, members: readonly Product[]): void {
  const { inner, input } = batch;
  const low = Math.min(...members.map((member) => member.input.quad));
  const quadsOf = (member: Product): { member: Product; q: number; target: number }[] =>
    range(member.input.quads).map((q) => ({ member, q, target: member.input.quad - low + q }));
  const quads = members.flatMap(quadsOf);
  inner.quads = Math.max(...quads.map(({ target }) => target)) + 1;
  const rows = members.flatMap((member) =>
    steps(shapeOf(recorder, batch), member.input.quads).map(({ q, both }) =>
      productGradientRow.pack({
        ...{ inputQuad: member.input.quad + q, slot: slotAt(member, q) },
        ...{ resultQuad: member.input.quad - low + q, both, add: false },
        ...readersOf(recorder, [member], q),
      }),
    ),
  );
  const work = readersWork(recorder, batch, members);
  inputsBackward(recorder, batch, rows, inner, work.moves(inner, quads.length));
  const norms = quads.map(({ member, q, target }) =>
    normBackwardRow.pack({
      ...{ inputQuad: member.input.quad + q, slot: slotAt(member, q), coefficient: none },
      gateBefore: member.norm!.node.gate?.before ?? false,
      ...wholeQuad(target),
    }),
  );
  normBackward(recorder, input, inner, norms, norms.length);
}

function inputsBackward(
  recorder: Recorder,
  batch: Pointwise,
  rows: readonly (readonly number[])[],
  target: Tensor,
  work: WorkCounter,
): void {
  const { input, output, activation } = batch;
  const shape = shapeOf(recorder, batch);
  recorder.record(
    pointwiseInputGradient({ activation, strided: false }, shape),
    [
      ...[recorder.buffer(output), recorder.masked],
      ...(activation === 'none' ? [] : [recorder.buffer(input)]),
      ...[recorder.buffer(target), recorder.tab, ...slots(recorder, batch)],
    ],
    { ...recorder.planes(input, output), table: recorder.tables.add(rows) },
    [tiles(recorder, input, shape), rows.length],
    work,
  );
}

/** To depthwise convolutions' results, which nothing else reads: runs of quads, each written at once. */
function depthwiseBackward(
  recorder: Recorder,
  batch: Pointwise,
  members: readonly Product[],
): void {
  const { tables, tab, masked } = recorder;
  const { output } = batch;
  const runs: Product[][] = [];
  for (const member of members) {
    const run = runs.at(-1);
    const value = run?.at(-1)!.value;
    if (value && value.gradient.quad + value.place.quads === member.value!.gradient.quad)
      run!.push(member);
    else runs.push([member]);
  }
  const shape = shapeOf(recorder, batch);
  for (const run of runs) {
    const { tensor } = run[0]!.value!.gradient;
    const rows = run.flatMap(({ value, place, weights }) =>
      steps(shape, value!.place.quads).map(({ q, both }) =>
        pointwiseRow.pack({
          inputQuad: place.quad,
          inputQuads: place.quads,
          outputQuad: value!.gradient.quad + q,
          both,
          weights: weights.transposed + q * place.quads * 4,
          ...{ shift: 0, slot: 0 },
        }),
      ),
    );
    recorder.record(
      pointwiseForward({ activation: 'none', strided: false }, shape),
      [recorder.buffer(output), masked, recorder.buffer(tensor), tab],
      { ...recorder.planes(output, output), table: tables.add(rows) },
      [tiles(recorder, output, shape), rows.length],
      run.reduce(
        (work, { value }) => work.moves(tensor, value!.place.quads),
        readersWork(recorder, batch, run),
      ),
    );
  }
}
