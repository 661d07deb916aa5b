/** Where the results of nodes lie: tensors in quad-planar layout, and the lanes of a node's channels in them. */
import { none, quadsOf } from '../../../kernels/webgpu/quad.ts';
import type { gatherRow } from '../../../kernels/webgpu/norm-apply/rows.ts';
import type { Node, NodeOf } from '../../../domain/graph/graph.ts';

/** Planes of one size, each of four channels of the whole batch. `memory.ts` finds it a buffer. */
export interface Tensor {
  /** What it holds, for errors. */
  readonly label: string;
  /** Pixels a side. */
  readonly size: number;
  /** Grows while the graph is lowered. */
  quads: number;
  /** Lives from the first dispatch that uses it to the last: shares its memory. Otherwise it has memory of its own. */
  readonly scratch: boolean;
  /** Slot of the norm of its first quad; those of the other quads follow. */
  slot: number;
}

export const tensor = (label: string, size: number, scratch = false): Tensor => ({
  ...{ label, size, scratch },
  ...{ quads: 0, slot: 0 },
});

/** A range of quads, and the lane, from the first of them, of each channel id. */
export interface Place {
  readonly tensor: Tensor;
  readonly quad: number;
  readonly quads: number;
  readonly laneOf: ReadonlyMap<number, number>;
}

/** What later nodes read from memory. Its gradient has the same lanes, `gradient.quad` on. */
export interface Value {
  readonly node: Node;
  readonly place: Place;
  readonly gradient: { readonly tensor: Tensor; readonly quad: number };
}

/** A batch norm whose input lies at `raw`; its gradient overwrites that. Readers apply scale and shift of its slots. */
export interface Norm {
  readonly node: NodeOf<'norm'>;
  readonly raw: Place;
}

/** Slot of quad `quad` of a norm. */
export const slotOf = ({ raw }: Norm, quad = 0): number => raw.tensor.slot + raw.quad + quad;

/** Appends quads to a tensor. */
export function allot(
  to: Tensor,
  quads: number,
  laneOf: ReadonlyMap<number, number>,
): Place & { readonly tensor: Tensor } {
  const quad = to.quads;
  to.quads += quads;
  return { tensor: to, quad, quads, laneOf };
}

/** Lanes of a list of ids packed without gaps. */
export const packed = (ids: readonly number[]): Map<number, number> =>
  new Map(ids.map((id, i) => [id, i]));

export const allotPacked = (to: Tensor, ids: readonly number[]): Place =>
  allot(to, quadsOf(ids.length), packed(ids));

/** Lanes of the channels `ids` of a place, in their order. */
export const lanesOf = ({ laneOf }: Place, ids: readonly number[]): number[] =>
  ids.map((id) => {
    const lane = laneOf.get(id);
    if (lane === undefined) throw new Error(`channel ${id} lies nowhere`);
    return lane;
  });

/** Lane of a channel in the whole tensor, 4 x quad + lane, or none. */
export function laneIn({ quad, laneOf }: Pick<Place, 'quad' | 'laneOf'>, id: number): number {
  const lane = laneOf.get(id);
  return lane === undefined ? none : quad * 4 + lane;
}

/** Where the channels of a quad come from: see `gatherFields`. */
export type Gather = Parameters<(typeof gatherRow)['pack']>[0];

/** Quad `quad` as it is. */
export const wholeQuad = (quad: number): Gather => ({
  aligned: quad,
  lanes: [none, none, none, none],
});

/**
 * Where the lanes of quad `quad` of a place come from.
 * @param sourceOf absolute lane of a channel id in the source, or none.
 */
export function gatherQuad(
  quad: number,
  { laneOf }: Pick<Place, 'laneOf'>,
  sourceOf: (id: number) => number,
): Gather {
  const idAt = new Map([...laneOf].map(([id, lane]) => [lane, id]));
  const last = Math.max(-1, ...laneOf.values());
  const lanes = [0, 1, 2, 3].map((l) => {
    const id = idAt.get(quad * 4 + l);
    return id === undefined ? none : sourceOf(id);
  });
  // In place: all four in one quad, in order. Lanes behind the last channel are spare on both sides.
  const source = lanes[0] === none ? none : lanes[0]! >> 2;
  const aligned =
    source !== none &&
    lanes.every((lane, l) => (quad * 4 + l > last ? true : lane === source * 4 + l));
  return { aligned: aligned ? source : none, lanes };
}
