/**
 * 1x1 convolutions as matrix products over quads, many at once: each output quad has a table row that names the range
 * of input quads it reads and its weights. The input gradient is the same program over transposed weights. An
 * invocation makes eight pixels of one output quad: twelve vec4 loads (nine with subgroups) feed thirty-two vec4 multiply-adds.
 */
import type { Program } from './runtime.ts';
import { sharedLoads, unroll } from './quad.ts';

const pixels = 8;
const threads = 64;
/** Pixels of one workgroup. */
export const pointwiseTile = pixels * threads;

export const pointwiseRow = 4; // [first input quad, input quads, weight base, pixel shift 0 | 1 (strided)]

export interface PointwiseVariant {
  /** Relu of the input on reading. */
  readonly relu: boolean;
  /** Stride 2: output (y, x) reads input (2y + shift, 2x + shift); outside reads zero (factorized reduce). */
  readonly strided: boolean;
}

const strideHelper = `
fn source(o : u32, shift : u32) -> vec2<u32> {
  let x = (o % p.width) * 2u + shift; let y = ((o / p.width) % p.height) * 2u + shift; let b = o / (p.width * p.height);
  let ok = x < p.inWidth && y < p.inHeight;
  return vec2<u32>((b * p.inHeight + min(y, p.inHeight - 1u)) * p.inWidth + min(x, p.inWidth - 1u), select(0u, 1u, ok));
}`;
const planeParams = ['batch', 'height', 'width', 'inHeight', 'inWidth'] as const;

/** acc0, acc1, .. = sum over the row's input quads of their weights and pixels o0, o1, ..; `load` is WGSL of a pixel by its index. */
const product = (
  subgroups: boolean,
  plane: string,
  load: (index: string) => string,
): string => `${unroll(pixels, (i) => `var acc${i} = vec4f();`)}
  let first = tab[row]; let end = first + tab[row + 1u];
  var at = tab[row + 2u];
  for (var q = first; q < end; q++) {
    let base = q * ${plane};
    ${sharedLoads(subgroups, 'w', 4, (i) => `w[at + ${i}]`)}
    at += 4u;
    ${unroll(pixels, (i) => `{ let v = ${load(`base + o${i}`)}; acc${i} += v.x * w0 + v.y * w1 + v.z * w2 + v.w * w3; }`)}
  }`;

/** y[yQuad + row] = sum over the row's input quads of W x. Grid: [pixels / 512, output quads]. */
export function pointwiseForward(v: PointwiseVariant): Program {
  const act = (load: string): string => (v.relu ? `max(${load}, vec4f())` : load);
  return {
    label: `pointwise${v.relu ? ' relu' : ''}${v.strided ? ' s2' : ''}`,
    bindings: [
      ['x', 'read', 'vec4f'],
      ['w', 'read', 'vec4f'],
      ['y', 'read_write', 'vec4f'],
      ['tab', 'read', 'u32'],
    ],
    params: [...planeParams, 'tab', 'yQuad'],
    workgroupSize: threads,
    code: (subgroups) => `${v.strided ? strideHelper : ''}
fn run(local : u32, wg : vec3<u32>) {
  let row = p.tab + wg.y * ${pointwiseRow}u;
  let n = p.batch * p.height * p.width;
  let plane = p.batch * p.inHeight * p.inWidth;
  let o = wg.x * ${pointwiseTile}u + local;
  ${unroll(pixels, (i) =>
    v.strided
      ? `let s${i} = source(min(o + ${i * threads}u, n - 1u), tab[row + 3u]); let o${i} = s${i}.x;`
      : `let o${i} = min(o + ${i * threads}u, n - 1u);`,
  )}
  ${product(subgroups, 'plane', (index) => act(`x[${index}]`))}
  let out = (p.yQuad + wg.y) * n + o;
  ${unroll(pixels, (i) => `if (o + ${i * threads}u < n) { y[out + ${i * threads}u] = ${v.strided ? `select(vec4f(), acc${i}, s${i}.y == 1u)` : `acc${i}`}; }`)}
}`,
  };
}

export const reluGradientRow = 8; // [first, quads, weights] of the (first) convolution, x quad, y quad, accumulate, [first, quads] of the second

/**
 * Input gradient of relu -> 1x1 convolution: y (+)= (x > 0) * W^T g. Strided: pixels with both coordinates even get
 * the first convolution's share, both odd the second's, all others none; the second's weights follow the first's.
 * height, width are the gradient's, inHeight, inWidth the input's. Grid: [input pixels / 512, input quads].
 */
export function pointwiseInputGradient(v: { readonly strided: boolean }): Program {
  return {
    label: `pointwise input gradient${v.strided ? ' s2' : ''}`,
    bindings: [
      ['g', 'read', 'vec4f'],
      ['w', 'read', 'vec4f'],
      ['x', 'read', 'vec4f'],
      ['y', 'read_write', 'vec4f'],
      ['tab', 'read', 'u32'],
    ],
    params: [...planeParams, 'tab'],
    workgroupSize: threads,
    code: v.strided ? stridedInputGradient : denseInputGradient,
  };
}

/** As the forward product: eight pixels an invocation, which use each weight. */
const denseInputGradient = (subgroups: boolean): string => `
fn run(local : u32, wg : vec3<u32>) {
  let row = p.tab + wg.y * ${reluGradientRow}u;
  let n = p.batch * p.inHeight * p.inWidth;
  let o = wg.x * ${pointwiseTile}u + local;
  ${unroll(pixels, (i) => `let o${i} = min(o + ${i * threads}u, n - 1u);`)}
  ${product(subgroups, 'n', (index) => `g[${index}]`)}
  let xPlane = tab[row + 3u] * n; let out = tab[row + 4u] * n;
  ${unroll(pixels, (i) => `acc${i} = select(vec4f(), acc${i}, x[xPlane + o${i}] > vec4f());`)}
  if (tab[row + 5u] != 0u) { ${unroll(pixels, (i) => `acc${i} += y[out + o${i}];`)} }
  ${unroll(pixels, (i) => `if (o + ${i * threads}u < n) { y[out + o${i}] = acc${i}; }`)}
}`;

/** Pixel by pixel: which convolution reaches one is its own affair. */
const stridedInputGradient = `
fn one(i : u32, row : u32) {
  let n = p.batch * p.inHeight * p.inWidth;
  if (i >= n) { return; }
  let plane = p.batch * p.height * p.width;
  var first = tab[row]; var count = tab[row + 1u]; var at = tab[row + 2u];
  let ix = i % p.inWidth; let iy = (i / p.inWidth) % p.inHeight; let b = i / (p.inWidth * p.inHeight);
  let odd = ix & 1u;
  let hit = odd == (iy & 1u) && (iy >> 1u) < p.height && (ix >> 1u) < p.width;
  let o = (b * p.height + min(iy >> 1u, p.height - 1u)) * p.width + min(ix >> 1u, p.width - 1u);
  if (odd == 1u) { at += count * 4u; first = tab[row + 6u]; count = tab[row + 7u]; }
  if (!hit) { count = 0u; }
  var acc = vec4f();
  for (var q = first; q < first + count; q++) {
    let v = g[q * plane + o];
    acc += v.x * w[at] + v.y * w[at + 1u] + v.z * w[at + 2u] + v.w * w[at + 3u];
    at += 4u;
  }
  acc = select(vec4f(), acc, x[tab[row + 3u] * n + i] > vec4f());
  let out = tab[row + 4u] * n + i;
  if (tab[row + 5u] != 0u) { acc += y[out]; }
  y[out] = acc;
}
fn run(local : u32, wg : vec3<u32>) {
  let row = p.tab + wg.y * ${reluGradientRow}u;
  for (var k = 0u; k < ${pixels}u; k++) { one(wg.x * ${pointwiseTile}u + k * ${threads}u + local, row); }
}`;

export const pointwiseFilterRow = 7; // [x quad, x quads here (1 | 2), g quad, g quads here, shift, output base, output stride of an input quad]

/**
 * Partial sums of dL/dW over one chunk of pixels, a tile of up to 2 x 2 quads a workgroup: element (input lane, output
 * quad) goes to out[base + chunk * chunkStride + inputQuad * stride + lane * 1 + outputQuad * 4 ..] as the weights lie.
 * Grid: [chunks, tiles].
 */
export function pointwiseFilterGradient(
  v: PointwiseVariant & { readonly tile: 1 | 2 },
  shareThreads: number,
): Program {
  const act = (load: string): string => (v.relu ? `max(${load}, vec4f())` : load);
  const t = v.tile;
  const cells = t * t * 4;
  return {
    label: `pointwise filter gradient${v.relu ? ' relu' : ''}${v.strided ? ' s2' : ''}`,
    bindings: [
      ['x', 'read', 'vec4f'],
      ['g', 'read', 'vec4f'],
      ['out', 'read_write', 'vec4f'],
      ['tab', 'read', 'u32'],
    ],
    params: [...planeParams, 'tab', 'chunks', 'chunkStride'],
    workgroupSize: shareThreads,
    code: `${v.strided ? strideHelper : ''}
var<workgroup> shares : array<vec4f, ${cells * shareThreads}>;
fn run(local : u32, wg : vec3<u32>) {
  let row = p.tab + wg.y * ${pointwiseFilterRow}u;
  let n = p.batch * p.height * p.width;
  let plane = p.batch * p.inHeight * p.inWidth;
  let xs = tab[row + 1u]; let gs = tab[row + 3u];
  ${unroll(t, (i) => `let x${i} = (tab[row] + min(${i}u, xs - 1u)) * plane; let g${i} = (tab[row + 2u] + min(${i}u, gs - 1u)) * n;`)}
  ${unroll(cells, (i) => `var acc${i} = vec4f();`)}
  for (var o = wg.x * ${shareThreads}u + local; o < n; o += p.chunks * ${shareThreads}u) {
    ${v.strided ? 'let sourced = source(o, tab[row + 4u]); let i = sourced.x;' : 'let i = o;'}
    ${unroll(t, (i) => `let a${i} = ${v.strided ? `select(vec4f(), ${act(`x[x${i} + i]`)}, sourced.y == 1u)` : act(`x[x${i} + i]`)}; let b${i} = g[g${i} + o];`)}
    ${unroll(t * t, (k) => unroll(4, (lane) => `acc${k * 4 + lane} += a${Math.floor(k / t)}.${'xyzw'[lane]} * b${k % t};`))}
  }
  ${unroll(cells, (i) => `shares[${i * shareThreads}u + local] = acc${i};`)}
  workgroupBarrier();
  for (var c = local; c < ${cells}u; c += ${shareThreads}u) {
    let i = c / ${4 * t}u; let k = (c / 4u) % ${t}u; let lane = c % 4u;
    if (i < xs && k < gs) {
      var sum = vec4f();
      for (var s = 0u; s < ${shareThreads}u; s++) { sum += shares[c * ${shareThreads}u + s]; }
      out[tab[row + 5u] + wg.x * p.chunkStride + i * 4u + k * tab[row + 6u] + lane] = sum;
    }
  }
}`,
  };
}
