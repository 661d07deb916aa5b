import type { Operation } from './operation.ts';

export const maxPool3x3 = {
  name: 'max_pool_3x3',
  label: 'max pooling 3\u00d73',
  short: 'max',
  inPresets: true,
  kind: 'max-pool',
  kernel: 3,
  dilation: 1,
  blocks: 0,
} as const satisfies Operation;
