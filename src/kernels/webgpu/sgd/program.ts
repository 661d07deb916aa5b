/** The update of all parameters. */
import { hyper } from '../hyper.ts';
import type { Program } from '../wgsl-program.ts';
import { wgsl } from '../wgsl.ts';
import { thresholdRow } from './rows.ts';

/** What the update does with a group of parameters: nothing, momentum only, or a step. */
export const sgdModes = { off: 0, gather: 1, train: 2 } as const;

/**
 * SGD with momentum, PyTorch's form: m = momentum m + g, w -= rate m; decay after clipping, for weights alone. Parameters
 * lie group by group; gradients are cleared. norms[segments] is the clipping factor. Grid: [x, y] of 64 invocations.
 */
export const sgd: Program = {
  label: 'sgd',
  bindings: [
    ['values', 'read_write', 'f32'],
    ['gradients', 'read_write', 'f32'],
    ['momenta', 'read_write', 'f32'],
    ['hyper', 'read', 'f32'],
    ['norms', 'read', 'f32'],
    ['tables', 'read', 'u32'],
  ],
  params: [
    'size',
    'alphaFrom',
    'gateFrom',
    'thresholdFrom',
    'weightThresholdFrom',
    'thresholdTable',
    'segments',
    'gridX',
  ],
  workgroupSize: 64,
  code: wgsl`
    ${thresholdRow.wgsl}
    fn run(local : u32, group : vec3u) {
      let i = (group.y * params.gridX + group.x) * 64u + local;
      if (i >= params.size) {
        return;
      }
      var gradient = gradients[i];
      // Units that are not computed this step must not see an old gradient.
      gradients[i] = 0.0;
      var rate = ${hyper('rateWeightThreshold')};
      var mode = ${hyper('modeWeightThreshold')};
      if (i < params.alphaFrom) {
        rate = ${hyper('rateWeight')};
        mode = ${hyper('modeWeight')};
        gradient = gradient * norms[params.segments] + ${hyper('decay')} * values[i];
      } else if (i < params.gateFrom) {
        rate = ${hyper('rateAlpha')};
        mode = ${hyper('modeAlpha')};
      } else if (i < params.thresholdFrom) {
        rate = ${hyper('rateGate')};
        mode = ${hyper('modeGate')};
      } else if (i < params.weightThresholdFrom) {
        rate = ${hyper('rateThreshold')};
        if (readThresholdRow(params.thresholdTable, i - params.thresholdFrom).ofFilters) {
          rate = ${hyper('rateFilterThreshold')};
        }
        mode = ${hyper('modeThreshold')};
      }
      if (mode == ${sgdModes.off}.0) {
        return;
      }
      let momentum = ${hyper('momentum')} * momenta[i] + gradient;
      momenta[i] = momentum;
      if (mode == ${sgdModes.train}.0) {
        values[i] -= rate * momentum;
      }
    }
  `,
};
