/** What refuses half floats where a device has none. */
import type { Stepper } from './stepper.ts';

/** A sentence on the setting and the remedy. */
export const noHalfFloats =
  'Half floats: this device cannot store them (WebGPU without shader-f16). Turn off the setting halfFloats, or choose another device.';

/** @throws RangeError in words a user can act on, where `stepper` cannot store half floats. */
export function demandHalfFloats(stepper: Pick<Stepper, 'halfFloats'>): void {
  if (!stepper.halfFloats) throw new RangeError(noHalfFloats);
}
