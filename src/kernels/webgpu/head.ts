/** Global average pool, linear classifier, softmax cross entropy, and their gradients. */
import type { Program } from './runtime.ts';

/** pooled[image * quads + quad] = mean over the plane. Grid: [images * quads / 64]. */
export const globalPool: Program = {
  label: 'global pool',
  bindings: [
    ['x', 'read', 'vec4f'],
    ['pooled', 'read_write', 'vec4f'],
  ],
  params: ['batch', 'quads', 'area'],
  workgroupSize: 64,
  code: `
fn run(local : u32, wg : vec3<u32>) {
  let i = wg.x * 64u + local;
  if (i >= p.batch * p.quads) { return; }
  let base = ((i % p.quads) * p.batch + i / p.quads) * p.area;
  var sum = vec4f();
  for (var k = 0u; k < p.area; k++) { sum += x[base + k]; }
  pooled[i] = sum / f32(p.area);
}`,
};

/** logits[image * classes + class]; tab[feature] = its lane among the pooled ones. Grid: [images * classes / 64]. */
export const linear: Program = {
  label: 'classifier',
  bindings: [
    ['pooled', 'read', 'f32'],
    ['values', 'read', 'f32'],
    ['logits', 'read_write', 'f32'],
    ['tab', 'read', 'u32'],
  ],
  params: ['batch', 'classes', 'features', 'lanes', 'weight', 'bias', 'tab'],
  workgroupSize: 64,
  code: `
fn run(local : u32, wg : vec3<u32>) {
  let i = wg.x * 64u + local;
  if (i >= p.batch * p.classes) { return; }
  let image = i / p.classes; let k = i % p.classes;
  var sum = values[p.bias + k];
  for (var f = 0u; f < p.features; f++) {
    sum += pooled[image * p.lanes + tab[p.tab + f]] * values[p.weight + f * p.classes + k];
  }
  logits[i] = sum;
}`,
};

/**
 * dLogits of the mean cross entropy; losses[image] = (cross entropy, correct). Grid: [images / 64].
 * @param weighted dLogits is multiplied by the parameter `scale`, the bits of an f32.
 */
const crossEntropyProgram = (weighted: boolean): Program => ({
  label: weighted ? 'auxiliary cross entropy' : 'cross entropy',
  bindings: [
    ['logits', 'read', 'f32'],
    ['labels', 'read', 'u32'],
    ['gradient', 'read_write', 'f32'],
    ['losses', 'read_write', 'vec2f'],
  ],
  params: weighted ? ['batch', 'classes', 'scale'] : ['batch', 'classes'],
  workgroupSize: 64,
  code: `
fn run(local : u32, wg : vec3<u32>) {
  let image = wg.x * 64u + local;
  if (image >= p.batch) { return; }
  let base = image * p.classes; let label = labels[image];
  var best = logits[base]; var arg = 0u;
  for (var k = 1u; k < p.classes; k++) { if (logits[base + k] > best) { best = logits[base + k]; arg = k; } }
  var sum = 0.0;
  for (var k = 0u; k < p.classes; k++) { sum += exp(logits[base + k] - best); }
  for (var k = 0u; k < p.classes; k++) {
    let probability = exp(logits[base + k] - best) / sum;
    gradient[base + k] = (probability - select(0.0, 1.0, k == label)) / f32(p.batch)${weighted ? ' * bitcast<f32>(p.scale)' : ''};
  }
  losses[image] = vec2f(log(sum) + best - logits[base + label], select(0.0, 1.0, arg == label));
}`,
});
export const crossEntropy = crossEntropyProgram(false);
export const auxiliaryCrossEntropy = crossEntropyProgram(true);

/** Gradients of the classifier's weight and bias. Grid: [(features + 1) * classes / 64]. */
export const linearFilterGradient: Program = {
  label: 'classifier filter gradient',
  bindings: [
    ['pooled', 'read', 'f32'],
    ['gradient', 'read', 'f32'],
    ['grads', 'read_write', 'f32'],
    ['tab', 'read', 'u32'],
  ],
  params: ['batch', 'classes', 'features', 'lanes', 'weight', 'bias', 'tab'],
  workgroupSize: 64,
  code: `
fn run(local : u32, wg : vec3<u32>) {
  let i = wg.x * 64u + local;
  if (i >= (p.features + 1u) * p.classes) { return; }
  let f = i / p.classes; let k = i % p.classes;
  var sum = 0.0;
  if (f < p.features) {
    let lane = tab[p.tab + f];
    for (var b = 0u; b < p.batch; b++) { sum += pooled[b * p.lanes + lane] * gradient[b * p.classes + k]; }
    grads[p.weight + i] = sum;
  } else {
    for (var b = 0u; b < p.batch; b++) { sum += gradient[b * p.classes + k]; }
    grads[p.bias + k] = sum;
  }
}`,
};

/** Gradient of the last cell's output, the same for every pixel; tab[lane] = its feature or none. Grid: [images * quads / 64]. */
export const linearInputGradient: Program = {
  label: 'classifier input gradient',
  bindings: [
    ['gradient', 'read', 'f32'],
    ['values', 'read', 'f32'],
    ['y', 'read_write', 'vec4f'],
    ['tab', 'read', 'u32'],
  ],
  params: ['batch', 'classes', 'quads', 'area', 'weight', 'tab'],
  workgroupSize: 64,
  code: `
fn run(local : u32, wg : vec3<u32>) {
  let i = wg.x * 64u + local;
  if (i >= p.batch * p.quads) { return; }
  let image = i / p.quads; let quad = i % p.quads;
  var sum = vec4f();
  for (var lane = 0u; lane < 4u; lane++) {
    let f = tab[p.tab + quad * 4u + lane];
    if (f == 0xffffffffu) { continue; }
    for (var k = 0u; k < p.classes; k++) { sum[lane] += gradient[image * p.classes + k] * values[p.weight + f * p.classes + k]; }
  }
  sum /= f32(p.area);
  let base = (quad * p.batch + image) * p.area;
  for (var k = 0u; k < p.area; k++) { y[base + k] = sum; }
}`,
};
