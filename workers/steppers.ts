/** The stepper for a backend of the user's choice. */
import type { Stepper } from '../src/engine/supernet/stepper.ts';
import { adapterName } from '../src/protocol/adapter.ts';
import type { BackendChoice } from '../src/protocol/messages.ts';
import { Refusal } from './refusal.ts';
import { kindDatabase } from '../src/storage/adapter-kinds.ts';
import { requestSearchDevice } from './webgpu.ts';

/**
 * @param lost told when the graphics device is gone.
 * @param compiling told how many of the next step's new programs are compiled; only WebGPU compiles them beforehand.
 * @throws Refusal in words a user can act on.
 */
export async function createStepper(
  backend: BackendChoice,
  lost: (message: string) => void,
  compiling?: (done: number, total: number) => void,
): Promise<Stepper> {
  return (await createNamedStepper(backend, lost, compiling)).stepper;
}

/** Likewise, with the name of what it runs on. */
export async function createNamedStepper(
  backend: BackendChoice,
  lost: (message: string) => void,
  compiling: ((done: number, total: number) => void) | null = null,
): Promise<{ stepper: Stepper; adapter: string }> {
  if (backend === 'webgpu') {
    const { device, adapter } = await requestSearchDevice();
    void device.lost.then(({ reason, message }) =>
      lost(
        `The graphics device was lost${reason === 'unknown' ? '' : ` (${reason})`}: ${message || 'the browser gave no reason'}`,
      ),
    );
    const { createWebGPUStepper } = await import('../src/engine/supernet/webgpu-stepper.ts');
    const stepper = createWebGPUStepper(device, kindDatabase);
    stepper.gpu.onCompiling = compiling;
    return { stepper, adapter: adapterName(adapter) };
  }
  // Only here: TensorFlow.js is of no use to a search on WebGPU.
  const { createComposedStepper } = await import('../src/engine/supernet/composed-stepper.ts');
  try {
    return {
      stepper: await createComposedStepper(backend),
      adapter: backend === 'webgl' ? 'WebGL' : 'the CPU',
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const advice =
      backend === 'webgl'
        ? 'Choose the CPU under "Run on", and start again.'
        : 'Reload the page, and start again.';
    throw new Refusal('no-backend', `The backend could not be started: ${message}.`, advice, {
      cause: error,
    });
  }
}
