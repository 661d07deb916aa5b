/** Global average pool. */
import { activated, activationLabel } from '../activation.ts';
import type { StoredActivation } from '../activation.ts';
import type { Program } from '../wgsl-program.ts';
import { wgsl } from '../wgsl.ts';

/**
 * pooled[image * quads + quad] = mean over the plane of `area` pixels, each through the activation.
 * Grid: [images * quads / 64].
 */
export const globalPool = (activation: StoredActivation): Program => ({
  label: `global pool${activationLabel(activation)}`,
  bindings: [
    ['inputs', 'read', 'activation'],
    ['pooled', 'read_write', 'vec4f'],
  ],
  params: ['batch', 'quads', 'area'],
  workgroupSize: 64,
  code: wgsl`
    fn run(local : u32, group : vec3u) {
      let i = group.x * 64u + local;
      if (i >= params.batch * params.quads) {
        return;
      }
      let plane = ((i % params.quads) * params.batch + i / params.quads) * params.area;
      var sum = vec4f();
      for (var pixel = 0u; pixel < params.area; pixel++) {
        sum += ${activated(activation, 'inputs[plane + pixel]')};
      }
      pooled[i] = sum / f32(params.area);
    }
  `,
});
