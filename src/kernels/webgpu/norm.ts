/**
 * Batch norm with the filter gate fused, a workgroup a quad of channels: statistics and running averages in one
 * program; the whole backward pass (both reductions and the input gradient, in place) in another. The result of a
 * norm is never stored on its own: readers apply `scale` and `shift` of its slot.
 *
 * Gate after the norm: z = g (gamma x^ + beta). Gate before it (factorized reduce): z = gamma (g x)^ + beta.
 */
import type { Program } from './runtime.ts';
import { slotFields, slotOffset } from './slots.ts';
import type { SlotField } from './slots.ts';

const applyThreads = 64;
export const epsilon = 1e-5;
const at = (field: SlotField): string => `slots[${slotOffset('slot', field)}]`;

/** Sums two vec4 over the workgroup: some invocations add a few shares each, then every one adds what they have. */
function reducePair(threads: number): string {
  const adders = threads >= 64 ? 8 : 4;
  return `
var<workgroup> shareA : array<vec4f, ${threads}>;
var<workgroup> shareB : array<vec4f, ${threads}>;
fn reducePair(local : u32, a : vec4f, b : vec4f) -> array<vec4f, 2> {
  shareA[local] = a; shareB[local] = b;
  workgroupBarrier();
  if (local < ${adders}u) {
    var sa = vec4f(); var sb = vec4f();
    for (var i = local; i < ${threads}u; i += ${adders}u) { sa += shareA[i]; sb += shareB[i]; }
    shareA[local] = sa; shareB[local] = sb;
  }
  workgroupBarrier();
  var sa = vec4f(); var sb = vec4f();
  for (var i = 0u; i < ${adders}u; i++) { sa += shareA[i]; sb += shareB[i]; }
  return array<vec4f, 2>(sa, sb);
}`;
}

export const statisticsRow = 10; // [x quad, gate before the norm 0 | 1, 4 x index of running mean, 4 x of running variance]

const setCoefficients = `
fn setCoefficients(slot : u32, before : bool, mean : vec4f, variance : vec4f) {
  let g = ${at('gate')};
  let gamma = ${at('gamma')};
  let rstd = inverseSqrt(select(variance, g * g * variance, before) + ${epsilon});
  let scale = gamma * g * rstd;
  ${at('mean')} = mean; ${at('rstd')} = rstd; ${at('scale')} = scale;
  ${at('shift')} = select(g, vec4f(1), before) * ${at('beta')} - mean * scale;
}`;

/**
 * Mean, rstd, scale and shift of each slot from a batch (one pass; sums are taken relative to the first pixel, so that
 * a large mean cancels nothing), and PyTorch's running averages (factor 0.1, unbiased variance) of the norm's input.
 * Grid: [quads].
 */
export const batchStatistics = (threads: number): Program => ({
  label: 'norm statistics',
  bindings: [
    ['x', 'read', 'vec4f'],
    ['slots', 'read_write', 'vec4f'],
    ['values', 'read_write', 'f32'],
    ['tab', 'read', 'u32'],
  ],
  params: ['pixels', 'tab', 'slot', 'updateRunning'],
  workgroupSize: threads,
  code: `${slotFields}${reducePair(threads)}${setCoefficients}
fn run(local : u32, wg : vec3<u32>) {
  let row = p.tab + wg.x * ${statisticsRow}u;
  let slot = p.slot + wg.x;
  let plane = tab[row] * p.pixels;
  let origin = x[plane];
  var sum = vec4f(); var squares = vec4f();
  for (var i = local; i < p.pixels; i += ${threads}u) { let v = x[plane + i] - origin; sum += v; squares += v * v; }
  let total = reducePair(local, sum, squares);
  let n = f32(p.pixels);
  let mean = origin + total[0] / n;
  let variance = max(total[1] / n - (total[0] / n) * (total[0] / n), vec4f());
  let before = tab[row + 1u] == 1u;
  let g = select(vec4f(1), ${at('gate')}, before);
  if (p.updateRunning == 1u && local < 4u && tab[row + 2u + local] != 0xffffffffu) {
    let m = tab[row + 2u + local]; let s = tab[row + 6u + local];
    values[m] += 0.1 * ((g * mean)[local] - values[m]);
    values[s] += 0.1 * ((g * g * variance)[local] * n / max(n - 1.0, 1.0) - values[s]);
  }
  workgroupBarrier();
  if (local == 0u) { setCoefficients(slot, before, mean, variance); }
}`,
});

/** The same coefficients from the running averages, for evaluation. Grid: [quads]. */
export const runningStatistics: Program = {
  label: 'norm from running averages',
  bindings: [
    ['slots', 'read_write', 'vec4f'],
    ['values', 'read', 'f32'],
    ['tab', 'read', 'u32'],
  ],
  params: ['tab', 'slot'],
  workgroupSize: 4,
  code: `${slotFields}
fn run(local : u32, wg : vec3<u32>) {
  let row = p.tab + wg.x * ${statisticsRow}u;
  let slot = p.slot + wg.x;
  let m = tab[row + 2u + local];
  if (m == 0xffffffffu) { return; }
  let before = tab[row + 1u] == 1u;
  let rstd = inverseSqrt(values[tab[row + 6u + local]] + ${epsilon});
  let g = ${at('gate')}[local];
  let gamma = ${at('gamma')}[local];
  ${at('scale')}[local] = gamma * g * rstd;
  ${at('shift')}[local] = select(g, 1.0, before) * ${at('beta')}[local] - values[m] * gamma * rstd * select(g, 1.0, before);
}`,
};

export const gatherRow = 5; // [aligned source quad or none, 4 x source quad * 4 + lane or none]

/** y = scale x + shift, with channels moved to the places that the rows name. Grid: [pixels / 64, output quads]. */
export const applyNorm: Program = {
  label: 'norm apply',
  bindings: [
    ['x', 'read', 'vec4f'],
    ['y', 'read_write', 'vec4f'],
    ['slots', 'read', 'vec4f'],
    ['tab', 'read', 'u32'],
  ],
  params: ['pixels', 'tab', 'slot', 'yQuad'],
  workgroupSize: applyThreads,
  code: `${slotFields}
fn lane(source : u32, i : u32) -> f32 {
  if (source == 0xffffffffu) { return 0.0; }
  let q = source >> 2u; let l = source & 3u; let slot = p.slot + q;
  return x[q * p.pixels + i][l] * ${at('scale')}[l] + ${at('shift')}[l];
}
fn run(local : u32, wg : vec3<u32>) {
  let i = wg.x * ${applyThreads}u + local;
  if (i >= p.pixels) { return; }
  let row = p.tab + wg.y * ${gatherRow}u;
  let q = tab[row];
  let out = (p.yQuad + wg.y) * p.pixels + i;
  if (q != 0xffffffffu) {
    let slot = p.slot + q;
    y[out] = x[q * p.pixels + i] * ${at('scale')} + ${at('shift')};
  } else {
    y[out] = vec4f(lane(tab[row + 1u], i), lane(tab[row + 2u], i), lane(tab[row + 3u], i), lane(tab[row + 4u], i));
  }
}`,
};

/** Upstream gradient at pixel i, after drop-path. */
const kept = (dropPath: boolean, u: string): string =>
  dropPath ? `${u} * coefficients[factors + i / area]` : u;

export const backwardRow = 9; // [x quad, slot, coefficient index or none, gate before 0 | 1, then a gather row of the upstream gradient]

/**
 * Backward pass of norm and gate, times the operation's coefficient: leaves sum(u) and sum(u x^) in the slot (from
 * which all gradients of gamma, beta, gate, alpha follow) and overwrites x by its gradient. Grid: [quads].
 * @param dropPath every row has a coefficient, and u is multiplied by coefficients[p.factors + coefficient * batch + image].
 */
export const normBackward = (threads: number, dropPath = false): Program => ({
  label: dropPath ? 'norm backward drop-path' : 'norm backward',
  bindings: [
    ['x', 'read_write', 'vec4f'],
    ['u', 'read', 'vec4f'],
    ['slots', 'read_write', 'vec4f'],
    ['coefficients', 'read', 'f32'],
    ['tab', 'read', 'u32'],
  ],
  params: dropPath ? ['pixels', 'tab', 'factors', 'batch'] : ['pixels', 'tab'],
  workgroupSize: threads,
  code: `${slotFields}${reducePair(threads)}
fn lane(source : u32, i : u32) -> f32 {
  if (source == 0xffffffffu) { return 0.0; }
  return u[(source >> 2u) * p.pixels + i][source & 3u];
}
fn run(local : u32, wg : vec3<u32>) {
  let row = p.tab + wg.x * ${backwardRow}u;
  let plane = tab[row] * p.pixels;
  let slot = tab[row + 1u];
  let g = ${at('gate')};
  let mean = ${at('mean')};
  let rstd = ${at('rstd')} * select(vec4f(1), g, tab[row + 3u] == 1u);
  let aligned = tab[row + 4u] != 0xffffffffu;
  let source = tab[row + 4u] * p.pixels;
${dropPath ? '  let factors = p.factors + tab[row + 2u] * p.batch; let area = p.pixels / p.batch;\n' : ''}  let l0 = tab[row + 5u]; let l1 = tab[row + 6u]; let l2 = tab[row + 7u]; let l3 = tab[row + 8u];
  var sum = vec4f(); var weighted = vec4f();
  // Sums of u and u (x - mean): the division by the deviation comes after the loop.
  if (aligned) {
    for (var i = local; i < p.pixels; i += ${threads}u) {
      let v = ${kept(dropPath, 'u[source + i]')};
      sum += v; weighted += v * (x[plane + i] - mean);
    }
  } else {
    for (var i = local; i < p.pixels; i += ${threads}u) {
      let v = ${kept(dropPath, 'vec4f(lane(l0, i), lane(l1, i), lane(l2, i), lane(l3, i))')};
      sum += v; weighted += v * (x[plane + i] - mean);
    }
  }
  let total = reducePair(local, sum, weighted * rstd);
  var a = 1.0;
  if (tab[row + 2u] != 0xffffffffu) { a = coefficients[tab[row + 2u]]; }
  let factor = a * ${at('gamma')} * g * ${at('rstd')};
  let s1 = total[0] / f32(p.pixels); let slope = rstd * total[1] / f32(p.pixels);
  if (aligned) {
    for (var i = local; i < p.pixels; i += ${threads}u) {
      x[plane + i] = factor * (${kept(dropPath, 'u[source + i]')} - s1 - slope * (x[plane + i] - mean));
    }
  } else {
    for (var i = local; i < p.pixels; i += ${threads}u) {
      let v = ${kept(dropPath, 'vec4f(lane(l0, i), lane(l1, i), lane(l2, i), lane(l3, i))')};
      x[plane + i] = factor * (v - s1 - slope * (x[plane + i] - mean));
    }
  }
  if (local == 0u) { ${at('sum')} = total[0]; ${at('sumNormalized')} = total[1]; }
}`,
});
