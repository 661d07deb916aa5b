/**
 * Quad-planar layout: channels in groups of four, one plane of vec4 a group: element (quad, pixel) lies at
 * `quad * pixels + pixel`, pixel = (image * height + y) * width + x. Neighbouring invocations read neighbouring
 * pixels, concatenation and slices along channels are ranges of quads, and a channel's reduction is one plane.
 * Spare lanes of a last quad hold zeros.
 */

export const quadsOf = (channels: number): number => Math.ceil(channels / 4);

/** Spatial size of a plane. */
export interface Plane {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
}

export const pixelsOf = (plane: Plane): number => plane.batch * plane.height * plane.width;

/** Bytes of `quads` planes. */
export const bytesOf = (quads: number, plane: Plane): number => quads * pixelsOf(plane) * 16;

/** Marks a lane without a channel in the tables. */
export const none = 0xffffffff;

export const ceilDiv = (a: number, b: number): number => Math.ceil(a / b);

/** `for` of code generation: joins `make(i)` for i in [0, n). */
export const unroll = (n: number, make: (i: number) => string): string =>
  Array.from({ length: n }, (_, i) => make(i)).join('\n');

/**
 * Values that every invocation of a workgroup loads alike: `let name0 = load(0)`, and so on. With subgroups (of four lanes at
 * least, WebGPU promises) each lane loads one of four and hands it on: a quarter of the loads. Only where no invocation
 * has left, since its lane would be missed.
 * @param load WGSL of value i, a u32 expression.
 */
export function sharedLoads(
  subgroups: boolean,
  name: string,
  n: number,
  load: (i: string) => string,
): string {
  if (!subgroups) return unroll(n, (i) => `let ${name}${i} = ${load(`${i}u`)};`);
  return `${unroll(ceilDiv(n, 4), (g) => `let ${name}_${g} = ${load(`min(${4 * g}u + lane, ${n - 1}u)`)};`)}
${unroll(n, (i) => `let ${name}${i} = subgroupBroadcast(${name}_${i >> 2}, ${i & 3}u);`)}`;
}
