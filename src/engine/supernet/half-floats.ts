/** Refuses half floats where a device has none. */
import { noHalfFloats } from '../../domain/settings/half-floats.ts';
import type { Stepper } from './stepper.ts';

/** @throws RangeError in words a user can act on, where `stepper` cannot store half floats. */
export function demandHalfFloats(stepper: Pick<Stepper, 'halfFloats'>): void {
  if (!stepper.halfFloats) throw new RangeError(noHalfFloats);
}
