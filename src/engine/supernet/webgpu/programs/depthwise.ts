/**
 * Depthwise convolutions: one dispatch a kernel size; backwards the taps' gradients, and all input gradients at once.
 * Over 250 lines: forwards and backwards share the same classes of taps.
 */
import { readsNorm } from '../../../../kernels/webgpu/activation.ts';
import {
  depthwiseFilterGradient,
  filterColumns,
} from '../../../../kernels/webgpu/depthwise-filter-gradient/program.ts';
import { tapsRow } from '../../../../kernels/webgpu/depthwise-filter-gradient/rows.ts';
import { depthwiseInputGradient } from '../../../../kernels/webgpu/depthwise-input-gradient/program.ts';
import {
  readerListRow,
  readerRow,
  readQuadRow,
} from '../../../../kernels/webgpu/depthwise-input-gradient/rows.ts';
import { depthwiseForward } from '../../../../kernels/webgpu/depthwise/program.ts';
import { depthwiseRow } from '../../../../kernels/webgpu/depthwise/rows.ts';
import { columnsAlong, depthwiseStep } from '../../../../kernels/webgpu/depthwise/window.ts';
import type {
  DepthwiseClass,
  DepthwiseVariant,
} from '../../../../kernels/webgpu/depthwise/window.ts';
import { normBackwardRow } from '../../../../kernels/webgpu/norm-backward/rows.ts';
import { ceilDiv, none } from '../../../../kernels/webgpu/quad.ts';
import type { GpuBuffer } from '../../../../kernels/webgpu/buffers.ts';
import type { BatchOf, DepthwiseMember } from '../batches.ts';
import type { Recorder } from '../recorder.ts';
import { largestDilation } from '../select.ts';
import { slotOf, wholeQuad } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { range } from '../tiles.ts';
import { WorkCounter } from '../work.ts';
import { normBackward } from './norm.ts';

type Depthwise = BatchOf<'depthwise'>;

/** Outputs that an invocation makes. With stride 2 fewer: its columns need twice the inputs, and code. */
const rowsOf = (height: number, stride: 1 | 2): number => (height > 8 && stride === 1 ? 8 : 4);

const variantOf = (
  { options: { sizes } }: Recorder,
  { stride, activation, output }: Depthwise,
): DepthwiseVariant => ({
  ...{ stride, activation },
  rows: rowsOf(output.size, stride),
  columns: sizes.columns,
});

/** Members of each class; a class may have none. */
function byClass(
  { classes, stride }: Depthwise,
  members: readonly DepthwiseMember[],
): (readonly [DepthwiseClass, readonly DepthwiseMember[]])[] {
  const isOf = ({ node }: DepthwiseMember, c: DepthwiseClass): boolean =>
    node.kernel === c.kernel && (stride === 1 || node.dilation === c.dilation);
  for (const member of members)
    if (!classes.some((c) => isOf(member, c)))
      throw new Error(`${member.node.name}: its kernel is not in the unpruned network`);
  return classes.map((c) => [c, members.filter((member) => isOf(member, c))] as const);
}

/** Dilation and step, as the programs' rows want them. */
function spacing({ node }: DepthwiseMember): { dilation: number; step: number } {
  const { dilation } = node;
  return { dilation, step: depthwiseStep(node.stride === 2 ? 2 : 1, dilation) };
}

const slotAt = ({ norm }: DepthwiseMember, quad: number): number => (norm ? slotOf(norm, quad) : 0);

/** Workgroups of 64 that cover a tensor by columns of pixels up to `step` apart. */
function tiles(recorder: Recorder, tensor: Tensor, v: DepthwiseVariant, step: number): number {
  const { batch, height, width } = recorder.plane(tensor);
  return ceilDiv(batch * columnsAlong(v, height, width, step), 64);
}

const slots = (recorder: Recorder, { activation }: Depthwise): GpuBuffer[] =>
  readsNorm(activation) ? [recorder.slotBuffer] : [];

const quadsIn = (members: readonly DepthwiseMember[]): number =>
  members.reduce((sum, { place }) => sum + place.quads, 0);

/** Multiply-adds of the convolutions, their inputs and their taps: forwards, and for the taps' gradients alike. */
function tapsWork(
  recorder: Recorder,
  { output }: Depthwise,
  members: readonly DepthwiseMember[],
): WorkCounter {
  const work = new WorkCounter(recorder);
  for (const { node, place, input } of members) {
    const taps = node.kernel ** 2;
    work.multiplyAdds(taps, output, place.quads).readsPlace(input);
    work.numbers(taps * 4 * place.quads);
  }
  return work;
}

export function forward(recorder: Recorder, batch: Depthwise): void {
  const { tables, tab, masked } = recorder;
  const { input, output, stride } = batch;
  const v = variantOf(recorder, batch);
  for (const [c, members] of byClass(batch, batch.members)) {
    const rows = members.flatMap((member) =>
      range(member.place.quads).map((q) =>
        depthwiseRow.pack({
          inputQuad: member.input.quad + q,
          weights: member.taps.weights + q * c.kernel ** 2,
          outputQuad: member.place.quad + q,
          slot: slotAt(member, q),
          ...spacing(member),
        }),
      ),
    );
    recorder.record(
      depthwiseForward(v, c),
      [
        ...[recorder.buffer(input), masked, recorder.buffer(output), tab],
        ...slots(recorder, batch),
      ],
      { ...recorder.planes(input, output), table: tables.add(rows) },
      [tiles(recorder, output, v, stride === 1 ? largestDilation : 1), rows.length],
      tapsWork(recorder, batch, members).moves(output, rows.length),
    );
  }
}

export function backward(recorder: Recorder, batch: Depthwise): void {
  const members = batch.members.filter(({ node }) => recorder.options.isLive(node));
  if (members.length === 0) return;
  tapsBackward(recorder, batch, members);
  if (readsNorm(batch.activation)) innerBackward(recorder, batch, members);
  else valuesBackward(recorder, batch, members);
}

function tapsBackward(
  recorder: Recorder,
  batch: Depthwise,
  members: readonly DepthwiseMember[],
): void {
  const { tables, tab, chunks, chunkParams } = recorder;
  const { sizes } = recorder.options;
  const v = variantOf(recorder, batch);
  for (const [c, own] of byClass(batch, members)) {
    // More programs with stride 2, for the few places where the size halves: those shall not take long to compile.
    const columns = filterColumns(c.kernel, v.stride === 1 ? sizes.taps : c.kernel);
    const rows = own.flatMap((member) =>
      range(member.place.quads).flatMap((q) =>
        range(ceilDiv(c.kernel, columns)).map((i) =>
          tapsRow.pack({
            inputQuad: member.input.quad + q,
            gradientQuad: member.gradientQuad + q,
            result: member.taps.gradient + q * c.kernel ** 2,
            slot: slotAt(member, q),
            ...spacing(member),
            column: i * columns,
          }),
        ),
      ),
    );
    recorder.record(
      depthwiseFilterGradient(v, c, sizes.filter, columns),
      [
        ...[recorder.buffer(batch.input), recorder.buffer(batch.outputGradient), chunks, tab],
        ...slots(recorder, batch),
      ],
      { ...recorder.planes(batch.input, batch.output), table: tables.add(rows), ...chunkParams },
      [sizes.chunks, rows.length],
      tapsWork(recorder, batch, own).moves(batch.output, quadsIn(own)),
    );
  }
}

/** A quad that members read, and where its gradient goes. */
interface ReadQuad {
  /** From the first quad of what its readers read. */
  readonly q: number;
  readonly readers: readonly DepthwiseMember[];
  readonly quad: number;
  readonly target: number;
}

/** Gradients of norms' results, which nothing else reads, and through the norms. */
function innerBackward(
  recorder: Recorder,
  batch: Depthwise,
  members: readonly DepthwiseMember[],
): void {
  const low = Math.min(...members.map(({ input }) => input.quad));
  const quads = members.flatMap((member) =>
    range(member.input.quads).map((q): ReadQuad => ({
      q,
      readers: [member],
      quad: member.input.quad + q,
      target: member.input.quad - low + q,
    })),
  );
  batch.inner.quads = Math.max(...quads.map(({ target }) => target)) + 1;
  inputBackward(recorder, batch, quads, batch.inner, false);
  const rows = members.flatMap(({ norm, input }) =>
    range(input.quads).map((q) =>
      normBackwardRow.pack({
        inputQuad: input.quad + q,
        slot: slotOf(norm!, q),
        coefficient: none,
        gateBefore: norm!.node.gate?.before ?? false,
        ...wholeQuad(input.quad - low + q),
      }),
    ),
  );
  normBackward(recorder, batch.input, batch.inner, rows, rows.length);
}

function valuesBackward(
  recorder: Recorder,
  batch: Depthwise,
  members: readonly DepthwiseMember[],
): void {
  const targets = new Map<Tensor, { quads: ReadQuad[]; add: boolean }[]>();
  for (const value of new Set(members.map(({ value }) => value!))) {
    const readers = members.filter((member) => member.value === value);
    const { tensor, quad } = value.gradient;
    const quads = range(value.place.quads).map((q): ReadQuad => ({
      q,
      readers,
      quad: value.place.quad + q,
      target: quad + q,
    }));
    const add = recorder.claim(
      tensor,
      quads.map(({ target }) => target),
    );
    const own = targets.get(tensor) ?? [];
    targets.set(tensor, own);
    const same = own.find((one) => one.add === add);
    if (same) same.quads.push(...quads);
    else own.push({ quads, add });
  }
  for (const [tensor, passes] of targets)
    for (const { quads, add } of passes) inputBackward(recorder, batch, quads, tensor, add);
}

/** One pass a dilation: the readers of a pass share the columns' step. */
function inputBackward(
  recorder: Recorder,
  batch: Depthwise,
  quads: readonly ReadQuad[],
  target: Tensor,
  add: boolean,
): void {
  const { tables, tab, masked } = recorder;
  const { input, output, classes, outputGradient } = batch;
  const v = variantOf(recorder, batch);
  const all = quads.flatMap(({ readers }) => readers.map(({ node }) => node.dilation));
  // With stride 2 the columns' step is 1 whatever the dilation.
  const passes = v.stride === 1 ? [...new Set(all)].sort((a, b) => a - b) : [null];
  passes.forEach((dilation, pass) => {
    const adds = add || pass > 0;
    const work = new WorkCounter(recorder);
    const rows = quads.map(({ q, readers, quad, target: outputQuad }) => {
      const some = readers.filter(({ node }) => dilation === null || node.dilation === dilation);
      for (const { node, gradientQuad } of some) {
        const taps = node.kernel ** 2;
        work.multiplyAdds(taps, output, 1).reads(outputGradient, gradientQuad + q);
        work.numbers(taps * 4);
      }
      if (batch.activation !== 'none') work.reads(input, quad);
      work.moves(target, adds ? 2 : 1);
      const lists = byClass(batch, some).map(([c, members]) => {
        const entries = members.map((member) =>
          readerRow.pack({
            gradientQuad: member.gradientQuad + q,
            weights: member.taps.weights + q * c.kernel ** 2,
          }),
        );
        return readerListRow.pack({ readers: tables.add(entries), count: entries.length });
      });
      const [reader] = readers;
      return readQuadRow.pack({
        ...{ inputQuad: quad, outputQuad },
        slot: slotAt(reader!, q),
        dilation: dilation ?? 1,
        lists: tables.add(lists),
      });
    });
    recorder.record(
      depthwiseInputGradient(v, classes),
      [
        ...[recorder.buffer(outputGradient), masked, recorder.buffer(input)],
        ...[recorder.buffer(target), tab, ...slots(recorder, batch)],
      ],
      {
        ...recorder.planes(input, output),
        table: tables.add(rows),
        add: adds ? 1 : 0,
      },
      [tiles(recorder, input, v, dilation ?? 1), rows.length],
      work,
    );
  });
}
