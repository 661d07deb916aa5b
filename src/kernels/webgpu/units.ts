/**
 * What prunes: masks, thresholds, gates and importances. The prologue turns parameters into what the step's programs
 * read (masked weights in kernel order, gates, coefficients), so a mask costs one comparison a weight and not one a
 * use; the epilogue turns sums into gradients through the straight-through step.
 */
import type { Program } from './runtime.ts';
import { slotFields, slotOffset } from './slots.ts';
import type { SlotField } from './slots.ts';
import { epsilon } from './norm.ts';

/** Straight-through step: value, and the derivative 2 - 4|x| (|x| <= 0.4), 0.4 (|x| <= 1), else 0. docs/algorithm.md, Forward. */
export const stepFunctions = `
fn step1(x : f32) -> f32 { return select(0.0, 1.0, x > 0.0); }
fn stepSlope(x : f32) -> f32 {
  let m = abs(x);
  return select(select(0.0, 0.4, m <= 1.0), 2.0 - 4.0 * m, m <= 0.4);
}
fn sigmoid(x : f32) -> f32 { return 1.0 / (1.0 + exp(-x)); }
const NONE = 0xffffffffu;`;

/** Committed weight masks as the programs read them: one bit a parameter, 1 = alive. */
export function maskWords(mask: ArrayLike<number>): Uint32Array {
  const words = new Uint32Array(Math.ceil(mask.length / 32));
  for (let i = 0; i < mask.length; i++) if (mask[i]) words[i >> 5] |= 1 << (i & 31);
  return words;
}

/** Layout of the hyper-parameter buffer (f32). */
export const hyperFields = [
  'lambda', 'mu', 'momentum', 'decay', 'clipNorm', 'sizeFirst', 'sizeLast', 'ring',
  'rateWeight', 'rateAlpha', 'rateGate', 'rateThreshold', 'rateWeightThreshold',
  'modeWeight', 'modeAlpha', 'modeGate', 'modeThreshold', 'modeWeightThreshold',
] as const; // prettier-ignore
export type HyperField = (typeof hyperFields)[number];
const hyper = (field: HyperField): string => `hyper[${hyperFields.indexOf(field)}u]`;

const at = (field: SlotField, slot = 'slot'): string => `slots[${slotOffset(slot, field)}]`;

export const laneRow = 4; // a lane of a slot: [gamma, beta, gate logit or none, filter threshold or none] as parameter indices; gamma none = spare
export const nodeRow = 2; // [first candidate, candidates]
export const candidateRow = 3; // committed survivors: [coefficient, alpha, operation threshold or none]

/**
 * Threads 0..weights: masked weights in kernel order (tab: [parameter or none, threshold or none] each); then one a
 * slot lane: gamma, beta, gate; then one a node: coefficients, the last survivor kept. Grid: [x, y] of 64 threads.
 */
export const prologue: Program = {
  label: 'masks and gates',
  bindings: [
    ['values', 'read', 'f32'],
    ['committed', 'read', 'u32'],
    ['w', 'read_write', 'f32'],
    ['slots', 'read_write', 'vec4f'],
    ['coefficients', 'read_write', 'f32'],
    ['tab', 'read', 'u32'],
  ],
  params: ['weights', 'weightTab', 'lanes', 'laneTab', 'nodes', 'nodeTab', 'gridX'],
  workgroupSize: 64,
  code: `${slotFields}${stepFunctions}
fn run(local : u32, wg : vec3<u32>) {
  let i = (wg.y * p.gridX + wg.x) * 64u + local;
  if (i < p.weights) {
    let source = tab[p.weightTab + 2u * i]; let t = tab[p.weightTab + 2u * i + 1u];
    var v = 0.0;
    if (source != NONE) {
      v = values[source];
      if (t != NONE) { v *= f32((committed[source / 32u] >> (source % 32u)) & 1u) * step1(abs(v) - values[t]); }
    }
    w[i] = v;
  } else if (i < p.weights + p.lanes) {
    let lane = i - p.weights; let slot = lane / 4u; let l = lane % 4u;
    let row = p.laneTab + lane * ${laneRow}u;
    var gamma = 0.0; var beta = 0.0; var g = 0.0;
    if (tab[row] != NONE) {
      gamma = values[tab[row]]; beta = values[tab[row + 1u]]; g = 1.0;
      if (tab[row + 2u] != NONE) { g = sigmoid(values[tab[row + 2u]]); }
      if (tab[row + 3u] != NONE) { g *= step1(g - values[tab[row + 3u]]); }
    }
    ${at('gamma')}[l] = gamma; ${at('beta')}[l] = beta; ${at('gate')}[l] = g;
  } else if (i < p.weights + p.lanes + p.nodes) {
    let row = p.nodeTab + (i - p.weights - p.lanes) * ${nodeRow}u;
    let first = tab[row]; let end = first + tab[row + 1u] * ${candidateRow}u;
    var alive = false; var best = -1e30; var last = NONE;
    for (var c = first; c < end; c += ${candidateRow}u) {
      let s = sigmoid(values[tab[c + 1u]]);
      var m = 1.0; var margin = s;
      if (tab[c + 2u] != NONE) { margin = s - values[tab[c + 2u]]; m = step1(margin); }
      if (m > 0.0) { alive = true; }
      if (margin > best) { best = margin; last = c; }
      coefficients[tab[c]] = s * m;
    }
    if (!alive && last != NONE) { coefficients[tab[last]] = sigmoid(values[tab[last + 1u]]); }
  }
}`,
};

export const itemRow = 9; // [alpha or none, coefficient or none, operation threshold or none, filter threshold or none, first block, blocks, gate before norm 0|1, first partial or none, partials * 4 + lane]
export const blockRow = 2; // [first slot, slots]

/**
 * Gradients of gamma, beta, gates, filter thresholds, alpha and operation thresholds from the sums that the norms and
 * mixes left. One thread an item: a candidate operation, a preprocess or the stem. Grid: [items / 64].
 */
export const unitGradients: Program = {
  label: 'unit gradients',
  bindings: [
    ['values', 'read', 'f32'],
    ['slots', 'read', 'vec4f'],
    ['coefficients', 'read', 'f32'],
    ['partials', 'read', 'f32'],
    ['grads', 'read_write', 'f32'],
    ['tab', 'read', 'u32'],
  ],
  params: ['items', 'tab', 'laneTab'],
  workgroupSize: 64,
  code: `${slotFields}${stepFunctions}
fn run(local : u32, wg : vec3<u32>) {
  let i = wg.x * 64u + local;
  if (i >= p.items) { return; }
  let row = p.tab + i * ${itemRow}u;
  let before = tab[row + 6u] == 1u;
  let blocks = tab[row + 5u];
  var dt = 0.0;
  var da = 0.0;
  for (var b = 0u; b < blocks; b++) {
    let block = tab[row + 4u] + b * ${blockRow}u;
    let final_ = b + 1u == blocks;
    var a = 1.0;
    if (final_ && tab[row + 1u] != NONE) { a = coefficients[tab[row + 1u]]; }
    for (var slot = tab[block]; slot < tab[block] + tab[block + 1u]; slot++) {
      for (var l = 0u; l < 4u; l++) {
        let lane = p.laneTab + (slot * 4u + l) * ${laneRow}u;
        if (tab[lane] == NONE) { continue; }
        let s1 = ${at('sum')}[l]; let s2 = ${at('sumNormalized')}[l];
        let gamma = ${at('gamma')}[l]; let beta = ${at('beta')}[l]; let g = ${at('gate')}[l]; let rstd = ${at('rstd')}[l];
        let through = select(g, 1.0, before);
        grads[tab[lane]] = a * through * s2;
        grads[tab[lane + 1u]] = a * through * s1;
        let output = gamma * s2 + beta * s1;
        if (final_) { da += through * output; }
        if (tab[lane + 2u] == NONE) { continue; }
        // A gate before the norm only acts through epsilon: the norm divides it out.
        let dg = a * select(output, gamma * s2 * ${epsilon} * rstd * rstd / max(g, 1e-12), before);
        let s = sigmoid(values[tab[lane + 2u]]);
        var m = 1.0; var slope = 0.0;
        if (tab[lane + 3u] != NONE) {
          let x = s - values[tab[lane + 3u]];
          m = step1(x); slope = stepSlope(x);
          dt -= dg * s * slope;
        }
        grads[tab[lane + 2u]] = dg * (m + s * slope) * s * (1.0 - s);
      }
    }
  }
  if (tab[row + 3u] != NONE) { grads[tab[row + 3u]] = dt; }
  if (tab[row + 7u] != NONE) {
    let lane = tab[row + 8u] & 3u; let count = tab[row + 8u] >> 2u;
    for (var k = 0u; k < count; k++) { da += partials[(tab[row + 7u] + k) * 4u + lane]; }
  }
  if (tab[row] != NONE) {
    let s = sigmoid(values[tab[row]]);
    var m = 1.0; var slope = 0.0;
    if (tab[row + 2u] != NONE) {
      let x = s - values[tab[row + 2u]];
      m = step1(x); slope = stepSlope(x);
      // A last survivor that its threshold would prune is kept: its value is 1, its slope stays.
      if (m == 0.0 && coefficients[tab[row + 1u]] > 0.0) { m = 1.0; }
      grads[tab[row + 2u]] = -da * s * slope;
    }
    grads[tab[row]] = da * (m + s * slope) * s * (1.0 - s);
  }
}`,
};

export const segmentRow = 3; // [first parameter, parameters, weight threshold or none]
const segmentThreads = 64;

/**
 * Weight gradients: adds the chunks of each filter gradient, goes through the mask's straight-through step, sums the
 * weight threshold's gradient, and leaves each segment's share of the squared norm. tab[sourceTab + parameter] = place
 * in a chunk, or none where grads holds the gradient already. Grid: [segments].
 */
export const weightGradients: Program = {
  label: 'weight gradients',
  bindings: [
    ['values', 'read', 'f32'],
    ['committed', 'read', 'u32'],
    ['chunks', 'read', 'f32'],
    ['grads', 'read_write', 'f32'],
    ['norms', 'read_write', 'f32'],
    ['tab', 'read', 'u32'],
  ],
  params: ['tab', 'sourceTab', 'chunkCount', 'chunkStride'],
  workgroupSize: segmentThreads,
  code: `${stepFunctions}
var<workgroup> shares : array<vec2f, ${segmentThreads}>;
fn run(local : u32, wg : vec3<u32>) {
  let row = p.tab + wg.x * ${segmentRow}u;
  let t = tab[row + 2u];
  var total = vec2f();
  for (var k = local; k < tab[row + 1u]; k += ${segmentThreads}u) {
    let i = tab[row] + k;
    let source = tab[p.sourceTab + i];
    var g = 0.0;
    if (source == NONE) { g = grads[i]; } else {
      for (var c = 0u; c < p.chunkCount; c++) { g += chunks[c * p.chunkStride + source]; }
      if (t != NONE) {
        let w = values[i]; let c = f32((committed[i / 32u] >> (i % 32u)) & 1u);
        let x = abs(w) - values[t];
        let slope = c * stepSlope(x);
        total.y -= g * w * slope;
        g *= c * step1(x) + abs(w) * slope;
      }
      grads[i] = g;
    }
    total.x += g * g;
  }
  shares[local] = total;
  workgroupBarrier();
  if (local == 0u) {
    var sum = vec2f();
    for (var i = 0u; i < ${segmentThreads}u; i++) { sum += shares[i]; }
    norms[wg.x] = sum.x;
    if (t != NONE) { grads[t] = sum.y; }
  }
}`,
};

export const regularizedNodeRow = 3; // [cell, first candidate, candidates]
export const regularizedCandidateRow = 6; // [alpha, operation threshold or none, filter threshold or none, weight threshold or none, committed 0|1, millions of parameters as f32 bits]
export const metricFields = 8;

/**
 * Both regularizers with their gradients (docs/algorithm.md, Loss), the gradient norm's sum and the step's metrics, in one
 * workgroup: [cross entropy, size, threshold, norm, correct] to metrics[ring], the clipping factor to scratch[0].
 */
export const regularizers: Program = {
  label: 'regularizers and metrics',
  bindings: [
    ['values', 'read', 'f32'],
    ['hyper', 'read', 'f32'],
    ['grads', 'read_write', 'f32'],
    ['norms', 'read_write', 'f32'],
    ['losses', 'read', 'vec2f'],
    ['metrics', 'read_write', 'f32'],
    ['tab', 'read', 'u32'],
  ],
  params: ['nodes', 'nodeTab', 'extra', 'extraTab', 'segments', 'batch'],
  workgroupSize: 64,
  code: `${stepFunctions}
var<workgroup> shares : array<vec4f, 64>;
var<workgroup> correct : array<f32, 64>;
fn pushThreshold(i : u32) -> f32 {
  if (i == NONE) { return 0.0; }
  let e = exp(-values[i]);
  grads[i] -= ${hyper('lambda')} * e;
  return e;
}
fn run(local : u32, wg : vec3<u32>) {
  let lambda = ${hyper('lambda')}; let mu = ${hyper('mu')};
  var sums = vec4f(); // cross entropy, size, threshold, squared norm
  for (var k = local; k < p.nodes; k += 64u) {
    let row = p.nodeTab + k * ${regularizedNodeRow}u;
    let first = tab[row + 1u]; let end = first + tab[row + 2u] * ${regularizedCandidateRow}u;
    let sized = f32(tab[row]) >= ${hyper('sizeFirst')} && f32(tab[row]) <= ${hyper('sizeLast')};
    var all = 0.0; var n = 0.0;
    // Kept when no other survives, as in the prologue.
    var best = -1e30; var last = NONE;
    for (var c = first; c < end; c += ${regularizedCandidateRow}u) {
      let s = sigmoid(values[tab[c]]);
      all += s;
      if (tab[c + 4u] == 1u) {
        var margin = s;
        if (tab[c + 1u] != NONE) { margin = s - values[tab[c + 1u]]; }
        if (tab[c + 1u] == NONE || margin > 0.0) { n += 1.0; }
        if (margin > best) { best = margin; last = c; }
        sums.z += pushThreshold(tab[c + 1u]) + pushThreshold(tab[c + 2u]) + pushThreshold(tab[c + 3u]);
      }
    }
    if (!sized || last == NONE) { continue; }
    let alone = n == 0.0;
    n = max(n, 1.0);
    var dAll = 0.0;
    for (var c = first; c < end; c += ${regularizedCandidateRow}u) {
      let s = sigmoid(values[tab[c]]);
      if (tab[c + 4u] == 1u && (tab[c + 1u] == NONE || s > values[tab[c + 1u]] || (alone && c == last))) {
        let scale = 1.0 + mu * bitcast<f32>(tab[c + 5u]);
        sums.y += scale * log(1.0 + n * s / all);
        dAll -= scale * n * s / (all * (all + n * s));
        grads[tab[c]] += lambda * scale * n / (all + n * s) * s * (1.0 - s);
      }
    }
    for (var c = first; c < end; c += ${regularizedCandidateRow}u) {
      let s = sigmoid(values[tab[c]]);
      // S sums over pruned candidates too, so theirs moves as well.
      grads[tab[c]] += lambda * dAll * s * (1.0 - s);
    }
  }
  for (var k = local; k < p.extra; k += 64u) { sums.z += pushThreshold(tab[p.extraTab + k]); }
  for (var k = local; k < p.segments; k += 64u) { sums.w += norms[k]; }
  var hits = 0.0;
  for (var k = local; k < p.batch; k += 64u) { sums.x += losses[k].x; hits += losses[k].y; }
  shares[local] = sums; correct[local] = hits;
  workgroupBarrier();
  if (local == 0u) {
    var s = vec4f(); var h = 0.0;
    for (var i = 0u; i < 64u; i++) { s += shares[i]; h += correct[i]; }
    let norm = sqrt(s.w);
    let base = u32(${hyper('ring')}) * ${metricFields}u;
    metrics[base] = s.x / f32(p.batch); metrics[base + 1u] = s.y; metrics[base + 2u] = s.z;
    metrics[base + 3u] = norm; metrics[base + 4u] = h;
    norms[p.segments] = select(1.0, min(1.0, ${hyper('clipNorm')} / (norm + 1e-6)), ${hyper('clipNorm')} > 0.0);
  }
}`,
};

/**
 * SGD with momentum, PyTorch's form: m = momentum m + g, w -= rate m; decay after clipping, for weights alone. Modes: 0
 * off, 1 gather (momentum only), 2 train. Parameters lie group by group. Grid: [x, y] of 64 threads.
 */
export const update: Program = {
  label: 'sgd',
  bindings: [
    ['values', 'read_write', 'f32'],
    ['grads', 'read_write', 'f32'],
    ['momenta', 'read_write', 'f32'],
    ['hyper', 'read', 'f32'],
    ['norms', 'read', 'f32'],
  ],
  params: [
    'size',
    'alphaFrom',
    'gateFrom',
    'thresholdFrom',
    'weightThresholdFrom',
    'segments',
    'gridX',
  ],
  workgroupSize: 64,
  code: `
fn run(local : u32, wg : vec3<u32>) {
  let i = (wg.y * p.gridX + wg.x) * 64u + local;
  if (i >= p.size) { return; }
  var g = grads[i];
  // Units that are not computed this step must not see an old gradient.
  grads[i] = 0.0;
  var rate = ${hyper('rateWeightThreshold')}; var mode = ${hyper('modeWeightThreshold')};
  if (i < p.alphaFrom) { rate = ${hyper('rateWeight')}; mode = ${hyper('modeWeight')}; g = g * norms[p.segments] + ${hyper('decay')} * values[i]; }
  else if (i < p.gateFrom) { rate = ${hyper('rateAlpha')}; mode = ${hyper('modeAlpha')}; }
  else if (i < p.thresholdFrom) { rate = ${hyper('rateGate')}; mode = ${hyper('modeGate')}; }
  else if (i < p.weightThresholdFrom) { rate = ${hyper('rateThreshold')}; mode = ${hyper('modeThreshold')}; }
  if (mode == 0.0) { return; }
  let m = ${hyper('momentum')} * momenta[i] + g;
  momenta[i] = m;
  if (mode == 2.0) { values[i] -= rate * m; }
}`,
};
