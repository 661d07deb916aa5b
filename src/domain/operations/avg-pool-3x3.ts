import type { Operation } from './operation.ts';

export const avgPool3x3 = {
  ...({ name: 'avg_pool_3x3', label: 'average pooling 3\u00d73', short: 'avg' } as const),
  inPresets: true,
  emit: (place) => place.pool(place.input, 'average'),
} satisfies Operation;
