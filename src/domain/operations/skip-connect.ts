/** Hands a state on as it is; where the size halves, a factorized reduce. */
import type { Operation } from './operation.ts';

export const skipConnect = {
  ...({ name: 'skip_connect', label: 'skip connection', short: 'skip' } as const),
  inPresets: true,
  emit: (place) => (place.stride === 1 ? place.input : place.factorizedReduce(place.input)),
} satisfies Operation;
