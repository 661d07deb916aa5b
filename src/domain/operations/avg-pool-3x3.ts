import type { Operation } from './operation.ts';

export const avgPool3x3 = {
  name: 'avg_pool_3x3',
  label: 'average pooling 3\u00d73',
  short: 'avg',
  inPresets: true,
  kind: 'average-pool',
  kernel: 3,
  dilation: 1,
  blocks: 0,
} as const satisfies Operation;
