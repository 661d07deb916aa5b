/** Hands a state on as it is; where the size halves, a factorized reduce. */
import type { Operation } from './operation.ts';

export const skipConnect = {
  name: 'skip_connect',
  label: 'skip connection',
  short: 'skip',
  inPresets: true,
  kind: 'skip',
  kernel: 1,
  dilation: 1,
  blocks: 0,
} as const satisfies Operation;
