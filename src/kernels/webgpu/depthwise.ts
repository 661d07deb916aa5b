/**
 * Depthwise convolutions of any kernel size, stride and dilation, many at once: every output quad has a table row that
 * names its input quad, its weights and its class. Relu, or a batch norm's scale and shift and then relu, is applied
 * while the input is read. An invocation makes a column of `rows` outputs of one quad, so that each value it loads is
 * used up to kernel times; loads, not arithmetic, are what these programs cost.
 */
import type { Program } from './runtime.ts';
import { unroll } from './quad.ts';
import { slotFields, slotOffset } from './slots.ts';

/** Kernel size and dilation; padding is (kernel - 1) / 2 * dilation on every side. */
export interface DepthwiseClass {
  readonly kernel: number;
  readonly dilation: number;
}

export interface DepthwiseVariant {
  readonly classes: readonly DepthwiseClass[];
  readonly stride: 1 | 2;
  /** Outputs an invocation makes, one below the other. */
  readonly rows: number;
  /** What happens to the input on reading: nothing, relu, or scale and shift of its slot and relu. */
  readonly activation: 'none' | 'relu' | 'affine';
}

export const depthwiseParams = ['batch', 'height', 'width', 'inHeight', 'inWidth', 'tab', 'yQuad'] as const;
export const forwardRow = 4; // [input quad, weight base, class, slot]
export const filterRow = 5; // [input quad, gradient quad, class, slot, output base]

const seq = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const pad = (c: DepthwiseClass): number => ((c.kernel - 1) / 2) * c.dilation;
const slotBinding = ['slots', 'read', 'vec4f'] as const;

const helpers = `
struct Tile { image : u32, y : i32, x : i32, inside : bool }
fn tile(index : u32, height : u32, width : u32) -> Tile {
  let across = (height + ROWS - 1u) / ROWS;
  let image = index / (across * width);
  return Tile(image, i32((index / width) % across * ROWS), i32(index % width), image < p.batch);
}`;

/** Loads of one column: rows r0.. of column x of a plane, zero outside; leaves v0, v1, .. */
function loadColumn(source: string, count: number, width: string, expression: (load: string) => string): string {
  return `let inX = x >= 0 && x < ${width}; let cx = u32(clamp(x, 0, ${width} - 1));
${unroll(count, (r) => `let v${r} = select(vec4f(), ${expression(`${source}[row${r} + cx]`)}, ok${r} && inX);`)}`;
}

function rowOffsets(count: number, first: string, height: string, width: string, base: string): string {
  return unroll(
    count,
    (r) => `let y${r} = ${first} + ${r}; let ok${r} = y${r} >= 0 && y${r} < ${height};
let row${r} = ${base} + u32(clamp(y${r}, 0, ${height} - 1)) * u32(${width});`,
  );
}

const activate = (v: DepthwiseVariant, load: string): string => {
  if (v.activation === 'none') return load;
  return v.activation === 'relu' ? `max(${load}, vec4f())` : `max(${load} * scale + shift, vec4f())`;
};

const affine = (v: DepthwiseVariant, slot: string): string =>
  v.activation === 'affine'
    ? `let scale = slots[${slotOffset(slot, 'scale')}]; let shift = slots[${slotOffset(slot, 'shift')}];`
    : '';

const inputRows = (v: DepthwiseVariant, c: DepthwiseClass): number =>
  (v.rows - 1) * v.stride + (c.kernel - 1) * c.dilation + 1;

const label = (v: DepthwiseVariant): string => `${v.activation} s${v.stride}`;

/** y[quad] = depthwise(act(x[row.input]), w[row.weights..]). Grid: [tiles / 64, quads]. */
export function depthwiseForward(v: DepthwiseVariant): Program {
  const branch = (c: DepthwiseClass): string => `
let first = t.y * ${v.stride} - ${pad(c)};
${rowOffsets(inputRows(v, c), 'first', 'inH', 'inW', 'plane')}
for (var kx = 0; kx < ${c.kernel}; kx++) {
  let x = t.x * ${v.stride} - ${pad(c)} + kx * ${c.dilation};
  ${loadColumn('x_', inputRows(v, c), 'inW', (l) => activate(v, l))}
  ${unroll(
    c.kernel,
    (ky) => `{ let k = w[weights + u32(${ky * c.kernel} + kx)];
    ${unroll(v.rows, (r) => `acc${r} += v${r * v.stride + ky * c.dilation} * k;`)} }`,
  )}
}`;
  return {
    label: `depthwise ${label(v)}`,
    bindings: [
      ['x_', 'read', 'vec4f'],
      ['w', 'read', 'vec4f'],
      ['y', 'read_write', 'vec4f'],
      ['tab', 'read', 'u32'],
      ...(v.activation === 'affine' ? [slotBinding] : []),
    ],
    params: depthwiseParams,
    workgroupSize: 64,
    code: `const ROWS = ${v.rows}u;${slotFields}${helpers}
fn run(local : u32, wg : vec3<u32>) {
  let t = tile(wg.x * 64u + local, p.height, p.width);
  if (!t.inside) { return; }
  let entry = p.tab + wg.y * ${forwardRow}u;
  let weights = tab[entry + 1u];
  let inH = i32(p.inHeight); let inW = i32(p.inWidth);
  let plane = (tab[entry] * p.batch + t.image) * p.inHeight * p.inWidth;
  ${affine(v, 'tab[entry + 3u]')}
  ${unroll(v.rows, (r) => `var acc${r} = vec4f();`)}
  ${switchClasses(v, 'tab[entry + 2u]', branch)}
  let out = (((p.yQuad + wg.y) * p.batch + t.image) * p.height + u32(t.y)) * p.width + u32(t.x);
  let h = i32(p.height);
  ${unroll(v.rows, (r) => `if (t.y + ${r} < h) { y[out + ${r}u * p.width] = acc${r}; }`)}
}`,
  };
}

function switchClasses(v: DepthwiseVariant, selector: string, branch: (c: DepthwiseClass) => string): string {
  if (v.classes.length === 1) return `{ ${branch(v.classes[0])} }`;
  return `switch (${selector}) {
${v.classes.map((c, i) => `${i === v.classes.length - 1 ? 'default' : `case ${i}u`}: { ${branch(c)} }`).join('\n')}
}`;
}

export const inputGradientRow = 4; // [first entry, entries, activation quad, slot]
export const inputGradientEntry = 3; // [gradient quad, weight base, class]

/**
 * y[quad] = act'(x) * sum over the branches that read this quad of the transposed convolution of their gradient: a
 * gather, so nothing is added twice and no atomics are needed. height, width are the gradient's; the output's are
 * inHeight, inWidth. Grid: [tiles of the input / 64, input quads].
 */
export function depthwiseInputGradient(v: DepthwiseVariant): Program {
  const taps = v.stride === 1 ? gatherDense : gatherStrided;
  return {
    label: `depthwise input gradient ${label(v)}`,
    bindings: [
      ['g', 'read', 'vec4f'],
      ['w', 'read', 'vec4f'],
      ['x_', 'read', 'vec4f'],
      ['y', 'read_write', 'vec4f'],
      ['tab', 'read', 'u32'],
      ...(v.activation === 'affine' ? [slotBinding] : []),
    ],
    params: depthwiseParams,
    workgroupSize: 64,
    code: `const ROWS = ${v.rows}u;${slotFields}${helpers}
fn run(local : u32, wg : vec3<u32>) {
  let t = tile(wg.x * 64u + local, p.inHeight, p.inWidth);
  if (!t.inside) { return; }
  let head = p.tab + wg.y * ${inputGradientRow}u;
  let first = tab[head]; let count = tab[head + 1u];
  let gH = i32(p.height); let gW = i32(p.width);
  ${unroll(v.rows, (r) => `var acc${r} = vec4f();`)}
  for (var e = first; e < first + count * ${inputGradientEntry}u; e += ${inputGradientEntry}u) {
    let plane = (tab[e] * p.batch + t.image) * p.height * p.width;
    let weights = tab[e + 1u];
    ${switchClasses(v, 'tab[e + 2u]', (c) => taps(v, c))}
  }
  ${affine(v, 'tab[head + 3u]')}
  let at = ((tab[head + 2u] * p.batch + t.image) * p.inHeight + u32(t.y)) * p.inWidth + u32(t.x);
  let out = (((p.yQuad + wg.y) * p.batch + t.image) * p.inHeight + u32(t.y)) * p.inWidth + u32(t.x);
  let h = i32(p.inHeight);
  ${unroll(
    v.rows,
    (r) => `if (t.y + ${r} < h) {
    let a = ${activate(v, `x_[at + ${r}u * p.inWidth]`)};
    y[out + ${r}u * p.inWidth] = ${v.activation === 'none' ? `acc${r} + 0.0 * a` : `select(vec4f(), acc${r}, a > vec4f())`}; }`,
  )}
}`,
  };
}

/** Stride 1: the forward convolution with the kernel turned around. */
function gatherDense(v: DepthwiseVariant, c: DepthwiseClass): string {
  const last = c.kernel * c.kernel - 1;
  return `let low = t.y - ${pad(c)};
${rowOffsets(inputRows(v, c), 'low', 'gH', 'gW', 'plane')}
for (var kx = 0; kx < ${c.kernel}; kx++) {
  let x = t.x - ${pad(c)} + kx * ${c.dilation};
  ${loadColumn('g', inputRows(v, c), 'gW', (l) => l)}
  ${unroll(
    c.kernel,
    (ky) => `{ let k = w[weights + u32(${last - ky * c.kernel} - kx)];
    ${unroll(v.rows, (r) => `acc${r} += v${r + ky * c.dilation} * k;`)} }`,
  )}
}`;
}

/** Stride 2: only taps whose offset has the pixel's parity reach an output. A tile starts at an even row. */
function gatherStrided(v: DepthwiseVariant, c: DepthwiseClass): string {
  // Output rows needed: (tile row + pad - tap) / 2 for even numerators, relative to tile.y / 2.
  const offsets = seq(v.rows).flatMap((r) => seq(c.kernel).map((ky) => r + pad(c) - ky * c.dilation));
  const even = offsets.filter((o) => o % 2 === 0).map((o) => o / 2);
  const low = Math.min(...even);
  const count = Math.max(...even) - low + 1;
  return `let start = t.y / 2 + ${low};
${rowOffsets(count, 'start', 'gH', 'gW', 'plane')}
for (var kx = 0; kx < ${c.kernel}; kx++) {
  let twice = t.x + ${pad(c)} - kx * ${c.dilation};
  if ((twice & 1) == 0) {
    let x = twice / 2;
    ${loadColumn('g', count, 'gW', (l) => l)}
    ${unroll(c.kernel, (ky) =>
      seq(v.rows)
        .filter((r) => (r + pad(c) - ky * c.dilation) % 2 === 0)
        .map((r) => `acc${r} += v${(r + pad(c) - ky * c.dilation) / 2 - low} * w[weights + u32(${ky * c.kernel} + kx)];`)
        .join('\n'),
    )}
  }
}`;
}

const filterThreads = 32;

/**
 * Partial sums of dL/dw over one chunk of the pixels: out[row.base + chunk * chunkStride + tap]. Grid: [chunks, quads].
 * Every invocation keeps all taps of a quad in registers; one barrier, then one invocation a tap adds the 32 shares.
 */
export function depthwiseFilterGradient(v: DepthwiseVariant): Program {
  const largest = Math.max(...v.classes.map((c) => c.kernel * c.kernel));
  const branch = (c: DepthwiseClass): string => {
    const taps = c.kernel * c.kernel;
    const columns = seq(c.kernel)
      .map(
        (kx) => `{ let x = t.x * ${v.stride} + ${kx * c.dilation - pad(c)};
      ${loadColumn('x_', inputRows(v, c), 'inW', (l) => activate(v, l))}
      ${unroll(c.kernel, (ky) => `acc${ky * c.kernel + kx} += ${seq(v.rows).map((r) => `v${r * v.stride + ky * c.dilation} * g${r}`).join(' + ')};`)} }`,
      )
      .join('\n');
    return `${unroll(taps, (i) => `var acc${i} = vec4f();`)}
  for (var i = wg.x * ${filterThreads}u + local; i < tiles; i += p.chunks * ${filterThreads}u) {
    let t = tile(i, p.height, p.width);
    let plane = (tab[entry] * p.batch + t.image) * p.inHeight * p.inWidth;
    let at = (tab[entry + 1u] * p.batch + t.image) * p.height * p.width + u32(t.x);
    ${unroll(v.rows, (r) => `let g${r} = select(vec4f(), g[at + min(u32(t.y) + ${r}u, p.height - 1u) * p.width], u32(t.y) + ${r}u < p.height);`)}
    let first = t.y * ${v.stride} - ${pad(c)};
    ${rowOffsets(inputRows(v, c), 'first', 'inH', 'inW', 'plane')}
    ${columns}
  }
  ${unroll(taps, (i) => `shares[${i * filterThreads}u + local] = acc${i};`)}
  taps = ${taps}u;`;
  };
  return {
    label: `depthwise filter gradient ${label(v)}`,
    bindings: [
      ['x_', 'read', 'vec4f'],
      ['g', 'read', 'vec4f'],
      ['out', 'read_write', 'vec4f'],
      ['tab', 'read', 'u32'],
      ...(v.activation === 'affine' ? [slotBinding] : []),
    ],
    params: [...depthwiseParams, 'chunks', 'chunkStride'],
    workgroupSize: filterThreads,
    code: `const ROWS = ${v.rows}u;${slotFields}${helpers}
var<workgroup> shares : array<vec4f, ${largest * filterThreads}>;
fn run(local : u32, wg : vec3<u32>) {
  let entry = p.tab + wg.y * ${filterRow}u;
  let inH = i32(p.inHeight); let inW = i32(p.inWidth);
  let tiles = p.batch * ((p.height + ROWS - 1u) / ROWS) * p.width;
  ${affine(v, 'tab[entry + 3u]')}
  var taps = 0u;
  ${switchClasses(v, 'tab[entry + 2u]', branch)}
  workgroupBarrier();
  for (var tap = local; tap < taps; tap += ${filterThreads}u) {
    var sum = vec4f();
    for (var i = 0u; i < ${filterThreads}u; i++) { sum += shares[tap * ${filterThreads}u + i]; }
    out[tab[entry + 4u] + wg.x * p.chunkStride + tap] = sum;
  }
}`,
  };
}
