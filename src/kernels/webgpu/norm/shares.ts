/**
 * A norm's sums over its plane by several workgroups, for a graphics card: one workgroup per quad would leave most of it
 * idle. Each chunk of the plane leaves a pair of vec4 in `shares`; the dispatch that needs the sums adds the pairs.
 */
import { wgsl } from '../wgsl.ts';
import type { Access } from '../wgsl-program.ts';

/** vec4 per row and chunk. */
export const shareSize = 2;

export const sharesBinding = (access: Access) => ['shares', access, 'vec4f'] as const;

/** Head of a loop over the pixels `i` of this workgroup's chunk, group.y of params.chunks. */
export const ownPixels = (threads: number): string =>
  `var i = group.y * ${threads}u + local; i < params.pixels; i += params.chunks * ${threads}u`;

/** Sums two variables over the workgroup, and leaves them for row group.x. Needs `reducePair`. */
export const writeShare = (first: string, second: string): string => wgsl`
  let total = reducePair(local, ${first}, ${second});
  if (local == 0u) {
    let share = ${shareSize}u * (group.x * params.chunks + group.y);
    shares[share] = total[0];
    shares[share + 1u] = total[1];
  }
`;

/** Declares `total`: both sums of row group.x. Needs `reducePair`. */
export const sharesSum = (threads: number): string => wgsl`
  var firstSum = vec4f();
  var secondSum = vec4f();
  for (var chunk = local; chunk < params.chunks; chunk += ${threads}u) {
    let share = ${shareSize}u * (group.x * params.chunks + chunk);
    firstSum += shares[share];
    secondSum += shares[share + 1u];
  }
  let total = reducePair(local, firstSum, secondSum);
`;
