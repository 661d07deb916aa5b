/** Softmax cross entropy and its gradient. */
import type { Program } from '../wgsl-program.ts';
import { wgsl } from '../wgsl.ts';

/**
 * gradients = dLogits of the mean cross entropy; losses[image] = (cross entropy, 1 where correct). Grid: [images / 64].
 * @param weighted the gradient is multiplied by the parameter `scale`, the bits of an f32.
 */
const program = (weighted: boolean): Program => ({
  label: weighted ? 'auxiliary cross entropy' : 'cross entropy',
  bindings: [
    ['logits', 'read', 'f32'],
    ['labels', 'read', 'u32'],
    ['gradients', 'read_write', 'f32'],
    ['losses', 'read_write', 'vec2f'],
  ],
  params: weighted ? ['batch', 'classes', 'scale'] : ['batch', 'classes'],
  workgroupSize: 64,
  code: wgsl`
    fn run(local : u32, group : vec3u) {
      let image = group.x * 64u + local;
      if (image >= params.batch) {
        return;
      }
      let first = image * params.classes;
      let label = labels[image];
      var most = logits[first];
      var guess = 0u;
      for (var k = 1u; k < params.classes; k++) {
        if (logits[first + k] > most) {
          most = logits[first + k];
          guess = k;
        }
      }
      var sum = 0.0;
      for (var k = 0u; k < params.classes; k++) {
        sum += exp(logits[first + k] - most);
      }
      for (var k = 0u; k < params.classes; k++) {
        let probability = exp(logits[first + k] - most) / sum;
        let slope = (probability - select(0.0, 1.0, k == label)) / f32(params.batch);
        gradients[first + k] = ${weighted ? 'slope * bitcast<f32>(params.scale)' : 'slope'};
      }
      losses[image] = vec2f(log(sum) + most - logits[first + label], select(0.0, 1.0, guess == label));
    }
  `,
});

export const crossEntropy = program(false);
export const auxiliaryCrossEntropy = program(true);
