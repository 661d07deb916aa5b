/** 1x1 convolutions of stride 1, and those of stride 2, up to two in a product (factorized reduce). */
import { pointwiseFilterGradient } from '../../../../kernels/webgpu/pointwise-filter-gradient/program.ts';
import { pointwiseInputGradient } from '../../../../kernels/webgpu/pointwise-input-gradient/program.ts';
import { reluGradientRow } from '../../../../kernels/webgpu/pointwise-input-gradient/rows.ts';
import { pointwiseTile } from '../../../../kernels/webgpu/pointwise/product.ts';
import { pointwiseForward } from '../../../../kernels/webgpu/pointwise/program.ts';
import { pointwiseRow } from '../../../../kernels/webgpu/pointwise/rows.ts';
import { ceilDiv, pixelsOf } from '../../../../kernels/webgpu/quad.ts';
import type { BatchOf, Product } from '../batches.ts';
import type { Recorder } from '../recorder.ts';
import type { Tensor } from '../tensor.ts';
import { productTiles, range } from '../tiles.ts';

type Pointwise = BatchOf<'pointwise' | 'strided'>;

const tiles = (recorder: Recorder, tensor: Tensor): number =>
  ceilDiv(pixelsOf(recorder.plane(tensor)), pointwiseTile);

/** Each convolution of a product: its first quad within the product's, and the shift of its input. */
const partsOf = ({ weights: { quads } }: Product): { k: number; quad: number; quads: number }[] =>
  quads.map((own, k) => ({ k, quad: k === 0 ? 0 : quads[0]!, quads: own }));

export function forward(recorder: Recorder, batch: Pointwise): void {
  const { tables, tab, masked } = recorder;
  const { input, output, relu, members } = batch;
  const rows = members.flatMap((member) =>
    partsOf(member).flatMap(({ k, quads }) =>
      range(quads).map((o) =>
        pointwiseRow.pack({
          inputQuad: member.value.place.quad,
          inputQuads: member.value.place.quads,
          weights: member.weights.forward[k]! + o * member.value.place.quads * 4,
          shift: k,
        }),
      ),
    ),
  );
  recorder.record(
    pointwiseForward({ relu, strided: batch.kind === 'strided' }),
    [recorder.buffer(input), masked, recorder.buffer(output), tab],
    {
      ...recorder.planes(input, output),
      table: tables.add(rows),
      outputQuad: members[0]!.place.quad,
    },
    [tiles(recorder, output), rows.length],
  );
}

export function backward(recorder: Recorder, batch: Pointwise): void {
  const members = batch.members.filter(({ node }) => recorder.options.isLive(node));
  const reading = members.filter(({ value }) => value.place.quads > 0);
  if (reading.length === 0) return;
  weightsBackward(recorder, batch, reading);
  if (batch.relu) valuesBackward(recorder, batch, reading);
  else depthwiseBackward(recorder, batch, reading);
}

function weightsBackward(recorder: Recorder, batch: Pointwise, members: readonly Product[]): void {
  const { tables, tab, chunks, chunkParams } = recorder;
  const { sizes } = recorder.options;
  const { input, output, relu, tile } = batch;
  const rows = members.flatMap((member) =>
    partsOf(member).flatMap(({ k, quad, quads }) =>
      productTiles(
        ...([member.value.place.quad, member.value.place.quads] as const),
        ...([member.place.quad + quad, quads, k, member.weights.gradient[k]!, tile] as const),
      ),
    ),
  );
  recorder.record(
    pointwiseFilterGradient({ relu, tile, strided: batch.kind === 'strided' }, sizes.filter),
    [recorder.buffer(input), recorder.buffer(output), chunks, tab],
    { ...recorder.planes(input, output), table: tables.add(rows), ...chunkParams },
    [sizes.chunks, rows.length],
  );
}

/** Products of which no two write to the same quads: one dispatch each. */
function disjoint(members: readonly Product[]): Product[][] {
  const passes: Product[][] = [];
  for (const member of members) {
    const { tensor, quad } = member.value.gradient;
    const free = passes.find(
      (pass) =>
        pass[0]!.value.gradient.tensor === tensor &&
        pass.every(({ value }) => value.gradient.quad !== quad),
    );
    if (free) free.push(member);
    else passes.push([member]);
  }
  return passes;
}

/** Through relu, to what else a value's readers give it. */
function valuesBackward(recorder: Recorder, batch: Pointwise, members: readonly Product[]): void {
  const { tables, tab, masked } = recorder;
  const { input, output } = batch;
  for (const pass of disjoint(members)) {
    const { tensor } = pass[0]!.value.gradient;
    const rows = pass.flatMap(({ value, place, weights }) => {
      const [first, second = 0] = weights.quads;
      const results = range(value.place.quads).map((q) => value.gradient.quad + q);
      const add = recorder.claim(tensor, results);
      return results.map((resultQuad, q) =>
        reluGradientRow.pack({
          gradientQuad: place.quad,
          gradientQuads: first!,
          weights: weights.transposed + q * (first! + second) * 4,
          inputQuad: value.place.quad + q,
          ...{ resultQuad, add },
          secondQuad: place.quad + first!,
          secondQuads: second,
        }),
      );
    });
    recorder.record(
      pointwiseInputGradient({ strided: batch.kind === 'strided' }),
      [
        ...[recorder.buffer(output), masked, recorder.buffer(input)],
        ...[recorder.buffer(tensor), tab],
      ],
      { ...recorder.planes(input, output), table: tables.add(rows) },
      [tiles(recorder, input), rows.length],
    );
  }
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
    const { value } = run?.at(-1) ?? {};
    if (value && value.gradient.quad + value.place.quads === member.value.gradient.quad)
      run!.push(member);
    else runs.push([member]);
  }
  for (const run of runs) {
    const { tensor, quad } = run[0]!.value.gradient;
    const rows = run.flatMap(({ value, place, weights }) =>
      range(value.place.quads).map((i) =>
        pointwiseRow.pack({
          inputQuad: place.quad,
          inputQuads: place.quads,
          weights: weights.transposed + i * place.quads * 4,
          shift: 0,
        }),
      ),
    );
    recorder.record(
      pointwiseForward({ relu: false, strided: false }),
      [recorder.buffer(output), masked, recorder.buffer(tensor), tab],
      { ...recorder.planes(output, output), table: tables.add(rows), outputQuad: quad },
      [tiles(recorder, output), rows.length],
    );
  }
}
