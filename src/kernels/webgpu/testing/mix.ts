/** A drawn group of candidates, for the mix and its backward pass: tables, arrays, and the same composed. */
import fc from 'fast-check';
import { averagePool, maxPool } from '../../composed/pools.ts';
import { alignedShareRow, gatheredShareRow, mixListsRow, packMix } from '../mix/rows.ts';
import type { MixVariant } from '../mix/variant.ts';
import { none, pixelsOf, quadsOf } from '../quad.ts';
import type { Plane } from '../quad.ts';
import { sequence } from '../wgsl.ts';
import { joined } from './arrays.ts';
import { packSlots } from './convolution.ts';
import type { Draw } from './draw.ts';
import { packQuads, stridedPlane } from './quads.ts';
import { TestTables } from './run.ts';
import { tf } from './twin.ts';

export const mixShapes = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  height: fc.integer({ min: 1, max: 11 }),
  width: fc.integer({ min: 1, max: 7 }),
  channels: fc.integer({ min: 1, max: 9 }),
});

export interface DrawnShare {
  readonly kind: 'skip' | 'average' | 'maximum' | 'convolution';
  readonly source: number;
  readonly target: number;
  /** Of a convolution: the node's channel of each of its filters. */
  readonly filters: readonly number[];
}

export interface DrawnMix {
  readonly inPlane: Plane;
  readonly outPlane: Plane;
  readonly channels: number;
  readonly sources: number;
  readonly targets: number;
  readonly candidates: readonly DrawnShare[];
  readonly coefficients: Float32Array;
  /** [candidate][image]; ones where nothing is dropped. */
  readonly factors: Float32Array;
  /** Sources, NHWC each. */
  readonly states: readonly Float32Array[];
  /** What nodes hold before; targets with `add` keep it. */
  readonly before: readonly Float32Array[];
  readonly add: readonly boolean[];
  /** Of a convolution: its result before the norm, NHWC; scale and shift a filter. */
  readonly results: readonly (Float32Array | null)[];
  readonly scale: readonly Float32Array[];
  readonly shift: readonly Float32Array[];
}

/** Every kind of candidate from every source to every target, and one that is absent. */
export function drawMix(
  v: MixVariant,
  { channels, ...plane }: Plane & { channels: number },
  draw: Draw,
): DrawnMix {
  const outPlane = plane;
  // The states of a reduction cell are twice as large, give or take an odd pixel.
  const inPlane =
    v.stride === 1
      ? plane
      : {
          batch: plane.batch,
          height: plane.height * 2 - draw.below(2),
          width: plane.width * 2 - draw.below(2),
        };
  if (stridedPlane(inPlane, v.stride).height !== outPlane.height) throw new Error('sizes');
  const sources = v.inPlace ? 1 : 2;
  const targets = 2;
  const kinds = (['skip', 'average', 'maximum', 'convolution', 'convolution'] as const).filter(
    (kind) =>
      (v.stride === 1 || kind !== 'skip') &&
      (v.pools || (kind !== 'average' && kind !== 'maximum')),
  );
  const all = sequence(sources).flatMap((source) =>
    sequence(targets).flatMap((target) =>
      kinds.map((kind, i): DrawnShare => {
        const every = sequence(channels);
        // One convolution whose filters all lie in place; one that lost some.
        const lost = draw.below(channels);
        const filters = i === kinds.length - 1 ? every.filter((c) => c >= lost) : every;
        return { kind, source, target, filters };
      }),
    ),
  );
  const absent = draw.below(all.length);
  const candidates = all.filter((_, i) => i !== absent);
  const pixels = pixelsOf(outPlane);
  const convolution = ({ kind }: DrawnShare): boolean => kind === 'convolution';
  return {
    inPlane,
    outPlane,
    channels,
    sources,
    targets,
    candidates,
    coefficients: draw.normals(candidates.length),
    factors: Float32Array.from({ length: candidates.length * plane.batch }, () =>
      v.dropPath ? draw.below(2) * 1.5 : 1,
    ),
    states: sequence(sources).map(() => draw.normals(pixelsOf(inPlane) * channels)),
    before: sequence(targets).map(() => draw.normals(pixels * channels)),
    add: [true, false],
    results: candidates.map((k) =>
      convolution(k) ? draw.normals(pixels * k.filters.length) : null,
    ),
    scale: candidates.map(({ filters }) => draw.normals(filters.length)),
    shift: candidates.map(({ filters }) => draw.normals(filters.length)),
  };
}

/** Rows of the group's table, and the convolutions' results and slots side by side. */
export function packDrawnMix(mix: DrawnMix): {
  tables: TestTables;
  table: number;
  shares: Float32Array;
  slots: Float32Array;
} {
  const { candidates, channels, sources, targets } = mix;
  const quads = quadsOf(channels);
  const tables = new TestTables();
  const convolutions = candidates
    .map((k, i) => ({ ...k, i }))
    .filter((k) => k.kind === 'convolution');
  let next = 0;
  const firstQuad = new Map(
    convolutions.map(({ i, filters }) => {
      const first = next;
      next += quadsOf(filters.length);
      return [i, first] as const;
    }),
  );
  const laneOf = (i: number, channel: number): number => {
    const place = candidates[i]!.filters.indexOf(channel);
    return place < 0 ? none : firstQuad.get(i)! * 4 + place;
  };
  const listsOf = (target: number): number =>
    tables.add(
      sequence(quads).map((q) => {
        const aligned: number[][] = [];
        const gathered: number[][] = [];
        for (const k of convolutions.filter((c) => c.target === target)) {
          if (k.filters.length === channels) {
            aligned.push(alignedShareRow.pack({ coefficient: k.i, quad: firstQuad.get(k.i)! + q }));
            continue;
          }
          const lanes = sequence(4).map((l) => laneOf(k.i, q * 4 + l));
          gathered.push(gatheredShareRow.pack({ coefficient: k.i, lanes }));
        }
        return mixListsRow.pack({
          aligned: tables.add(aligned),
          alignedCount: aligned.length,
          gathered: tables.add(gathered),
          gatheredCount: gathered.length,
        });
      }),
    );
  const find = (kind: DrawnShare['kind'], source: number, target: number): number => {
    const i = candidates.findIndex(
      (k) => k.kind === kind && k.source === source && k.target === target,
    );
    return i < 0 ? none : i;
  };
  const table = tables.add(
    packMix({
      quads,
      sources: sequence(sources).map((s) => ({ quad: s * quads, pooled: true })),
      targets: sequence(targets).map((t) => ({
        // In place the first quads are the state's own.
        row: { quad: nodeQuad(mix, t), add: mix.add[t]!, lists: listsOf(t) },
        direct: sequence(sources).map((s) => ({
          skip: find('skip', s, t),
          average: find('average', s, t),
          maximum: find('maximum', s, t),
        })),
      })),
    }),
  );
  return {
    tables,
    table,
    shares: joined(
      convolutions.map(({ i, filters }) => packQuads(mix.results[i]!, filters.length)),
    ),
    slots: joined(
      convolutions.map(({ i, filters }) =>
        packSlots(filters.length, { scale: mix.scale[i], shift: mix.shift[i] }),
      ),
    ),
  };
}

/** First quad of a target: behind the state where they share a buffer. */
export const nodeQuad = ({ sources, channels }: DrawnMix, target: number): number =>
  (sources === 1 ? target + 1 : target) * quadsOf(channels);

/**
 * The same composed.
 * @param states [batch, height, width, channels] each.
 * @param coefficients scalars.
 * @returns the sum of a target's candidates.
 */
export function composedMix(
  mix: DrawnMix,
  v: MixVariant,
  target: number,
  states: readonly tf.Tensor4D[],
  coefficients: readonly tf.Tensor[],
): tf.Tensor4D {
  const { batch, height, width } = mix.outPlane;
  const terms = mix.candidates.flatMap((k, i) => {
    if (k.target !== target) return [];
    const state = states[k.source]!;
    const made = (): tf.Tensor => {
      switch (k.kind) {
        case 'skip':
          return state;
        case 'average':
          return averagePool(state, v.stride);
        case 'maximum':
          return maxPool(state, v.stride);
        case 'convolution': {
          const wide = new Float32Array(batch * height * width * mix.channels);
          mix.results[i]!.forEach((value, at) => {
            const filter = at % k.filters.length;
            const pixel = Math.floor(at / k.filters.length);
            wide[pixel * mix.channels + k.filters[filter]!] =
              value * mix.scale[i]![filter]! + mix.shift[i]![filter]!;
          });
          return tf.tensor4d(wide, [batch, height, width, mix.channels]);
        }
      }
    };
    const factors = tf.tensor4d(mix.factors.slice(i * batch, (i + 1) * batch), [batch, 1, 1, 1]);
    return [tf.mul(tf.mul(made(), factors), coefficients[i]!)];
  });
  return tf.addN(terms) as tf.Tensor4D;
}
