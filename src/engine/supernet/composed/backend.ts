/** Brings one of TensorFlow.js's backends up and makes it the active one. */
import * as tf from '@tensorflow/tfjs-core';
import '../../../kernels/composed/gradients.ts';

export type ComposedBackend = 'cpu' | 'webgl' | 'webgpu';

/**
 * @throws Error in plain words when the backend cannot train here. WebGPU in Node: set `navigator.gpu` and its globals
 * before.
 */
export async function activateBackend(name: ComposedBackend): Promise<void> {
  switch (name) {
    case 'cpu':
      await import('@tensorflow/tfjs-backend-cpu');
      break;
    case 'webgl':
      await import('@tensorflow/tfjs-backend-webgl');
      break;
    case 'webgpu':
      // The backend's own registration dereferences the adapter unseen.
      if (!(await globalThis.navigator?.gpu?.requestAdapter()))
        throw new Error('no WebGPU adapter here');
      await import('@tensorflow/tfjs-backend-webgpu');
      // Else small tensors are read back to the CPU in the middle of a step.
      tf.env().set('WEBGPU_CPU_FORWARD', false);
      break;
  }
  let started = false;
  try {
    started = await tf.setBackend(name);
  } catch (cause) {
    throw new Error(`the TensorFlow.js backend '${name}' failed to start`, { cause });
  }
  if (!started) throw new Error(`the TensorFlow.js backend '${name}' failed to start`);
  if (name === 'webgl' && !tf.env().getBool('WEBGL_RENDER_FLOAT32_CAPABLE')) {
    throw new Error('WebGL here has no 32-bit floats to train with');
  }
}
