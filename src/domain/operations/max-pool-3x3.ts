import type { Operation } from './operation.ts';

export const maxPool3x3 = {
  ...({ name: 'max_pool_3x3', label: 'max pooling 3\u00d73', short: 'max' } as const),
  inPresets: true,
  emit: (place) => place.pool(place.input, 'max'),
} satisfies Operation;
