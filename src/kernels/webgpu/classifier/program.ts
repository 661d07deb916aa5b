/** The linear classifier on the pooled features, and its gradients. Few dispatches of a step, and left simple. */
import { activated, activationLabel, letsFunction } from '../activation.ts';
import type { StoredActivation } from '../activation.ts';
import type { Program } from '../wgsl-program.ts';
import { wgsl } from '../wgsl.ts';
import { featureRow, laneFeatureRow } from './rows.ts';

/** logits[image * classes + class]. Table: `featureRow`. Grid: [images * classes / 64]. */
export const linear: Program = {
  label: 'classifier',
  bindings: [
    ['pooled', 'read', 'f32'],
    ['values', 'read', 'f32'],
    ['logits', 'read_write', 'f32'],
    ['tables', 'read', 'u32'],
  ],
  params: ['batch', 'classes', 'features', 'lanes', 'weight', 'bias', 'table'],
  workgroupSize: 64,
  code: wgsl`
    ${featureRow.wgsl}
    fn run(local : u32, group : vec3u) {
      let i = group.x * 64u + local;
      if (i >= params.batch * params.classes) {
        return;
      }
      let image = i / params.classes;
      let label = i % params.classes;
      var sum = values[params.bias + label];
      for (var f = 0u; f < params.features; f++) {
        let lane = readFeature(params.table, f).lane;
        sum += pooled[image * params.lanes + lane] * values[params.weight + f * params.classes + label];
      }
      logits[i] = sum;
    }
  `,
};

/** Gradients of the classifier's weight and bias. Table: `featureRow`. Grid: [(features + 1) * classes / 64]. */
export const linearFilterGradient: Program = {
  label: 'classifier filter gradient',
  bindings: [
    ['pooled', 'read', 'f32'],
    ['gradients', 'read', 'f32'],
    ['parameterGradients', 'read_write', 'f32'],
    ['tables', 'read', 'u32'],
  ],
  params: ['batch', 'classes', 'features', 'lanes', 'weight', 'bias', 'table'],
  workgroupSize: 64,
  code: wgsl`
    ${featureRow.wgsl}
    fn run(local : u32, group : vec3u) {
      let i = group.x * 64u + local;
      if (i >= (params.features + 1u) * params.classes) {
        return;
      }
      let f = i / params.classes;
      let label = i % params.classes;
      var sum = 0.0;
      if (f < params.features) {
        let lane = readFeature(params.table, f).lane;
        for (var image = 0u; image < params.batch; image++) {
          sum += pooled[image * params.lanes + lane] * gradients[image * params.classes + label];
        }
        parameterGradients[params.weight + i] = sum;
      } else {
        for (var image = 0u; image < params.batch; image++) {
          sum += gradients[image * params.classes + label];
        }
        parameterGradients[params.bias + label] = sum;
      }
    }
  `,
};

/**
 * Gradient of what the global pool reads, the same for every pixel of a plane that the activation lets through, times
 * `scale`, the bits of an f32: all gradients of activations are scaled by it. Table: `laneFeatureRow`. Grid: [images * quads / 64].
 */
export const linearInputGradient = (activation: StoredActivation): Program => ({
  label: `classifier input gradient${activationLabel(activation)}`,
  bindings: [
    ['gradients', 'read', 'f32'],
    ['values', 'read', 'f32'],
    ...(activation === 'none' ? [] : [['inputs', 'read', 'activation'] as const]),
    ['results', 'read_write', 'activation'],
    ['tables', 'read', 'u32'],
  ],
  params: ['batch', 'classes', 'quads', 'area', 'weight', 'table', 'scale'],
  workgroupSize: 64,
  code: wgsl`
    ${laneFeatureRow.wgsl}
    ${activation === 'none' ? '' : letsFunction(activation)}
    fn run(local : u32, group : vec3u) {
      let i = group.x * 64u + local;
      if (i >= params.batch * params.quads) {
        return;
      }
      let image = i / params.quads;
      let quad = i % params.quads;
      var sum = vec4f();
      for (var lane = 0u; lane < 4u; lane++) {
        let feature = readLaneFeature(params.table, quad * 4u + lane).feature;
        if (feature == NONE) {
          continue;
        }
        for (var label = 0u; label < params.classes; label++) {
          sum[lane] += gradients[image * params.classes + label] * values[params.weight + feature * params.classes + label];
        }
      }
      sum = sum * bitcast<f32>(params.scale) / f32(params.area);
      let plane = (quad * params.batch + image) * params.area;
      for (var pixel = 0u; pixel < params.area; pixel++) {
        results[plane + pixel] = ${activation === 'none' ? 'sum' : `select(vec4f(), sum, lets(${activated(activation, 'inputs[plane + pixel]')}))`};
      }
    }
  `,
});
