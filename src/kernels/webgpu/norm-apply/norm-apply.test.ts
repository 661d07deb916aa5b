import { describe, expect, it } from 'vitest';
import { ceilDiv, none, pixelsOf, quadsOf } from '../quad.ts';
import { packSlots } from '../testing/convolution.ts';
import { forDrawn, planes } from '../testing/draw.ts';
import { packQuads, unpackQuads } from '../testing/quads.ts';
import { runProgram, TestTables } from '../testing/run.ts';
import { difference } from '../testing/twin.ts';
import { sequence } from '../wgsl.ts';
import { applyNorm } from './program.ts';
import { gatherRow } from './rows.ts';

describe('scale and shift of a norm', () => {
  it.each(['aligned', 'gathered'] as const)('%s', async (kind) => {
    await forDrawn(planes, async ({ channels, ...plane }, draw) => {
      const pixels = pixelsOf(plane);
      const x = draw.normals(pixels * channels);
      const [scale, shift] = [draw.normals(channels), draw.normals(channels)];
      const width = kind === 'aligned' ? channels : channels + 3;
      // Each output channel's source, or none.
      const sources =
        kind === 'aligned'
          ? sequence(channels)
          : draw.shuffled([...sequence(channels), none, none, none]);
      const tables = new TestTables();
      const table = tables.add(
        sequence(quadsOf(width)).map((q) =>
          gatherRow.pack({
            aligned: kind === 'aligned' ? q : none,
            lanes: sequence(4).map((l) => sources[q * 4 + l] ?? none),
          }),
        ),
      );
      const { outputs } = await runProgram(
        applyNorm,
        {
          inputs: packQuads(x, channels),
          outputs: quadsOf(width) * pixels * 4,
          slots: packSlots(channels, { scale, shift }),
          tables: tables.words,
        },
        { pixels, table, slot: 0, outputQuad: 0 },
        [ceilDiv(pixels, 64), quadsOf(width)],
      );
      const expected = Float32Array.from({ length: pixels * width }, (_, i) => {
        const source = sources[i % width]!;
        const pixel = Math.floor(i / width);
        return source === none
          ? 0
          : x[pixel * channels + source]! * scale[source]! + shift[source]!;
      });
      expect(difference(unpackQuads(outputs!, plane, width), expected)).toBeLessThan(1e-6);
    });
  });
});
