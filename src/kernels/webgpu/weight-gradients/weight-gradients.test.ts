import fc from 'fast-check';
import { expect, it } from 'vitest';
import { maskedWeight } from '../../composed/masked-weight.ts';
import { maskWords } from '../prologue/program.ts';
import { hyperBytes } from '../hyper.ts';
import { floatBits } from '../float-bits.ts';
import { none } from '../quad.ts';
import { joined } from '../testing/arrays.ts';
import { forDrawn } from '../testing/draw.ts';
import { runProgram, TestTables } from '../testing/run.ts';
import { addChunks, difference, tf, twin } from '../testing/twin.ts';
import { sequence } from '../wgsl.ts';
import { weightGradients } from './program.ts';
import { gradientPlaceRow, segmentRow } from './rows.ts';

const sizes = fc.tuple(fc.integer({ min: 1, max: 150 }), fc.integer({ min: 1, max: 70 }));

it('go through the mask, and give the thresholds’ gradient and the squared norm', async () => {
  await forDrawn(sizes, async ([masked, plain], draw) => {
    const chunkCount = 3;
    const size = masked + plain;
    const weight = draw.normals(size);
    const committed = sequence(size + 1).map((i) => (i < masked && draw.uniform() < 0.2 ? 0 : 1));
    const threshold = 0.5;
    const places = draw.shuffled(sequence(size));
    // The last weight's gradient lies in place already, as the classifier's does.
    const ready = draw.normals(1)[0]!;
    const chunks = draw.normals(size * chunkCount);
    const summed = addChunks(chunks, size);
    const upstream = Float32Array.from({ length: size }, (_, i) =>
      i === size - 1 ? ready : summed[places[i]!]!,
    );
    const tables = new TestTables();
    const table = tables.add([
      segmentRow.pack({ parameter: 0, count: masked, threshold: size, counted: none }),
      segmentRow.pack({ parameter: masked, count: plain, threshold: none, counted: none }),
    ]);
    const placeTable = tables.add(
      sequence(size).map((i) =>
        gradientPlaceRow.pack({ place: i === size - 1 ? none : places[i]! }),
      ),
    );
    const before = new Float32Array(size + 1);
    before[size - 1] = ready;
    const { gradients, norms } = await runProgram(
      weightGradients,
      {
        values: joined([weight, [threshold]]),
        committed: maskWords(committed),
        // As where activations' gradients are scaled by 4.
        chunks: chunks.map((share) => share * 4),
        gradients: before,
        norms: 2,
        hyper: hyperBytes / 4,
        counts: 1,
        tables: tables.words,
      },
      { table, placeTable, chunkCount, chunkStride: size, unscale: floatBits(1 / 4) },
      [2],
    );
    const expected = twin(
      [
        { data: weight.slice(0, masked), shape: [masked] },
        { data: Float32Array.of(threshold), shape: [1] },
      ],
      (w, t) => maskedWeight(w, t, tf.tensor1d(committed.slice(0, masked))),
      upstream.slice(0, masked),
    );
    const own = joined([expected.gradients[0]!, upstream.slice(masked), expected.gradients[1]!]);
    expect(difference(gradients!, own)).toBeLessThan(1e-5);
    const squares = (values: Float32Array): number => values.reduce((n, g) => n + g * g, 0);
    const norm = [squares(own.slice(0, masked)), squares(own.slice(masked, size))];
    expect(difference(norms!, norm)).toBeLessThan(1e-5);
  });
});
