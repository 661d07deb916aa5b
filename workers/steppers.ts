/** The stepper for a backend of the user's choice. */
import type { Stepper } from '../src/engine/supernet/stepper.ts';
import type { BackendChoice } from '../src/protocol/messages.ts';
import { Refusal } from './refusal.ts';
import { requestSearchDevice } from './webgpu.ts';

/** @param lost told when the graphics device is gone. @throws Refusal in words a user can act on. */
export async function createStepper(backend: BackendChoice, lost: (message: string) => void): Promise<Stepper> {
  if (backend === 'webgpu') {
    const device = await requestSearchDevice();
    void device.lost.then(({ reason, message }) => lost(`The graphics device was lost${reason === 'unknown' ? '' : ` (${reason})`}: ${message || 'the browser gave no reason'}`));
    const { createWebGPUStepper } = await import('../src/engine/supernet/webgpu-stepper.ts');
    return createWebGPUStepper(device);
  }
  // Only here: TensorFlow.js is of no use to a search on WebGPU.
  const { createComposedStepper } = await import('../src/engine/supernet/composed-stepper.ts');
  try {
    return await createComposedStepper(backend);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const advice = backend === 'webgl' ? 'Choose the CPU under "Run on", and start again.' : 'Reload the page, and start again.';
    throw new Refusal('no-backend', `The backend could not be started: ${message}.`, advice, { cause: error });
  }
}
