/** Pools that a norm follows: their results are stored, and which pixel each maximum took. */
import { poolInputGradient } from '../../../../kernels/webgpu/pool-input-gradient/program.ts';
import { poolForward } from '../../../../kernels/webgpu/pool/program.ts';
import { pooledQuadRow, pooledReaderRow, poolRow } from '../../../../kernels/webgpu/pool/rows.ts';
import { ceilDiv, pixelsOf } from '../../../../kernels/webgpu/quad.ts';
import type { GpuBuffer } from '../../../../kernels/webgpu/buffers.ts';
import type { BatchOf } from '../batches.ts';
import type { Recorder } from '../recorder.ts';
import { range } from '../tiles.ts';
import { poolGradientOperations, poolOperations, WorkCounter } from '../work.ts';

type Pools = BatchOf<'pool'>;

const winnersOf = new WeakMap<Pools, GpuBuffer>();

export function forward(recorder: Recorder, batch: Pools): void {
  const { tables, tab, memory } = recorder;
  const { input, output, stride, members } = batch;
  const rows = members.flatMap(({ value, maximum }) =>
    range(value.place.quads).map((q) => poolRow.pack({ inputQuad: value.place.quad + q, maximum })),
  );
  const pixels = pixelsOf(recorder.plane(output));
  const winners = memory.own(recorder.gpu.buffer(rows.length * pixels * 4));
  winnersOf.set(batch, winners);
  recorder.record(
    poolForward(stride),
    [recorder.buffer(input), recorder.buffer(output), winners, tab],
    {
      ...recorder.planes(input, output),
      table: tables.add(rows),
      outputQuad: members[0]!.place.quad,
    },
    [ceilDiv(pixels, 64), rows.length],
    members
      .reduce((work, { value }) => work.readsPlace(value.place), new WorkCounter(recorder))
      .each(poolOperations, output, rows.length)
      .moves(output, rows.length)
      .numbers(rows.length * pixels),
  );
}

/** Adds what the pools hand back to the values that they read. */
export function backward(recorder: Recorder, batch: Pools): void {
  const { tables, tab } = recorder;
  const { input, output, stride } = batch;
  const members = batch.members.filter(({ norm }) => recorder.options.isLive(norm));
  if (members.length === 0) return;
  const { value: first } = members[0]!;
  const target = first.gradient.tensor;
  const low = batch.members[0]!.place.quad;
  const work = new WorkCounter(recorder);
  const rows = [...new Set(members.map(({ value }) => value))].flatMap((value) => {
    if (value.gradient.tensor !== target) throw new Error('pools of several gradients');
    const own = members.filter((member) => member.value === value);
    const quads = range(value.place.quads);
    const add = recorder.claim(
      target,
      quads.map((q) => value.gradient.quad + q),
    );
    for (const { place, maximum } of own) {
      work.each(poolGradientOperations, output, place.quads).readsPlace(place);
      if (maximum) work.numbers(place.quads * pixelsOf(recorder.plane(output)));
    }
    work.moves(target, quads.length * (add ? 2 : 1));
    return quads.map((q) => {
      const readers = own.map(({ place, maximum }) =>
        pooledReaderRow.pack({
          gradientQuad: place.quad + q,
          winnerQuad: place.quad - low + q,
          maximum,
        }),
      );
      return pooledQuadRow.pack({
        ...{ resultQuad: value.gradient.quad + q, add },
        readers: tables.add(readers),
        count: readers.length,
      });
    });
  });
  recorder.record(
    poolInputGradient(stride),
    [recorder.buffer(output), winnersOf.get(batch)!, recorder.buffer(target), tab],
    { ...recorder.planes(input, output), table: tables.add(rows) },
    [ceilDiv(pixelsOf(recorder.plane(input)), 64), rows.length],
    work,
  );
}
