/** How parity records own kernels. */
import type { Part } from '../../src/engine/supernet/webgpu/recorder.ts';

/** More than one chunk, so that their sum is checked too. */
export const sizes = {
  chunks: 3,
  filter: 8,
  norm: 16,
  normLoop: 1,
  normChunks: 3,
  taps: 10,
  mix: 16,
  adjacent: false,
  columns: 2,
} as const;

export const parts: readonly Part[] = [
  'prologue',
  'forward',
  'frozen batch statistics',
  'backward',
];
