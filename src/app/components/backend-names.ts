import type { BackendChoice } from '../../protocol/messages.ts';

/** Of what a search runs on, as the page calls it. How fast each is here, only timing tells. */
export const backendNames: Readonly<Record<BackendChoice, string>> = {
  webgpu: 'WebGPU',
  webgl: 'WebGL',
  cpu: 'the CPU',
};
