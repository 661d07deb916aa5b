/** Norms' results that several read: stored, and where need be once more in the lanes of mixes. */
import { applyNorm } from '../../../../kernels/webgpu/norm-apply/program.ts';
import { gatherRow } from '../../../../kernels/webgpu/norm-apply/rows.ts';
import { normBackwardRow } from '../../../../kernels/webgpu/norm-backward/rows.ts';
import { ceilDiv, none, pixelsOf } from '../../../../kernels/webgpu/quad.ts';
import type { BatchOf } from '../batches.ts';
import type { Recorder } from '../recorder.ts';
import { gatherQuad, laneIn, slotOf, wholeQuad } from '../tensor.ts';
import { range } from '../tiles.ts';
import { WorkCounter } from '../work.ts';
import { normBackward } from './norm.ts';

type Store = BatchOf<'store'>;

export function forward(recorder: Recorder, { input, members, copies }: Store): void {
  const { tables, tab, slotBuffer } = recorder;
  const pixels = pixelsOf(recorder.plane(input));
  for (const { tensor, places } of copies) {
    const rows = members.flatMap(({ norm: { raw } }, i) =>
      range(places[i]!.quads).map((q) =>
        gatherRow.pack(
          places[i]!.laneOf === raw.laneOf
            ? wholeQuad(raw.quad + q)
            : gatherQuad(q, places[i]!, (id) => laneIn(raw, id)),
        ),
      ),
    );
    recorder.record(
      applyNorm,
      [recorder.buffer(input), recorder.buffer(tensor), slotBuffer, tab],
      { pixels, table: tables.add(rows), slot: input.slot, outputQuad: places[0]!.quad },
      [ceilDiv(pixels, 64), rows.length],
      members
        .reduce((work, { norm }) => work.readsPlace(norm.raw), new WorkCounter(recorder))
        .multiplyAdds(1, input, rows.length)
        .moves(tensor, rows.length),
    );
  }
}

export function backward(recorder: Recorder, { input, members }: Store): void {
  const live = members.filter(({ norm }) => recorder.options.isLive(norm.node));
  if (live.length === 0) return;
  const rows = live.flatMap(({ norm, gradient }) =>
    range(norm.raw.quads).map((q) =>
      normBackwardRow.pack({
        inputQuad: norm.raw.quad + q,
        slot: slotOf(norm, q),
        coefficient: none,
        gateBefore: norm.node.gate?.before ?? false,
        ...gatherQuad(q, norm.raw, (id) => laneIn(gradient, id)),
      }),
    ),
  );
  const quads = live.reduce((sum, { gradient }) => sum + gradient.quads, 0);
  normBackward(recorder, input, live[0]!.gradient.tensor, rows, quads);
}
