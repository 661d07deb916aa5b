/**
 * Depthwise convolutions of any kernel size, stride and dilation, many at once: every output quad has a table row that
 * names its input quad, its weights and its dilation. Relu, or a batch norm's scale and shift and then relu,
 * is applied while the input is read.
 *
 * An invocation makes `rows` outputs of one quad in a column, so that each value it loads is used up to kernel times:
 * loads, not arithmetic, are what these programs cost. The outputs of a column lie `step` pixels apart, such that their
 * taps fall on the same inputs whatever the dilation: with stride 1, step = dilation. So dilation is a number in the
 * table and not a pipeline of its own. Kernel sizes are pipelines of their own: a software adapter executes every side
 * of a branch, and the body of every loop once, under masks.
 */
import type { Program } from './runtime.ts';
import { sharedLoads, unroll } from './quad.ts';
import { slotFields, slotOffset } from './slots.ts';

/**
 * What code is made for. Padding is (kernel - 1) / 2 * dilation on every side. With stride 1 the table's dilation
 * counts, and one class serves every one.
 */
export interface DepthwiseClass {
  readonly kernel: number;
  readonly dilation: number;
}

export interface DepthwiseVariant {
  readonly stride: 1 | 2;
  /** Outputs an invocation makes, one below the other. */
  readonly rows: number;
  /** What happens to the input on reading: nothing, relu, or scale and shift of its slot and relu. */
  readonly activation: 'none' | 'relu' | 'affine';
}

/** Inputs from one output of a column to the next, in dilations: step * stride / dilation. */
const ratioOf = (v: DepthwiseVariant, c: DepthwiseClass): 1 | 2 =>
  v.stride === 2 && c.dilation % 2 === 1 ? 2 : 1;

/** Pixels between the outputs of a column. */
export function depthwiseStep(stride: 1 | 2, dilation: number): number {
  return stride === 1 || dilation % 2 === 1 ? dilation : dilation / 2;
}

/** Tiles of `rows` outputs that cover `size` outputs, for the largest step that is in use. */
export function tilesAlong(size: number, rows: number, largestStep: number): number {
  let most = 0;
  for (let step = 1; step <= largestStep; step++)
    most = Math.max(most, Math.ceil(size / (rows * step)) * step);
  return most;
}

export const depthwiseParams = ['batch', 'height', 'width', 'inHeight', 'inWidth', 'tab'] as const;
export const forwardRow = 6; // [input quad, weight base, output quad, slot, dilation, step]
export const filterRow = 7; // [input quad, gradient quad, output base, slot, dilation, step, first column of taps]

const seq = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const slotBinding = ['slots', 'read', 'vec4f'] as const;

const helpers = (rows: number): string => `
struct Tile { image : u32, y : i32, x : i32, inside : bool }
fn tile(index : u32, height : u32, width : u32, step : u32) -> Tile {
  let block = ${rows}u * step;
  let down = (height + block - 1u) / block * step;
  let image = index / (down * width);
  let i = index / width % down;
  return Tile(min(image, p.batch - 1u), i32(i / step * block + i % step), i32(index % width), image < p.batch);
}`;

/**
 * Rows of a plane at first, first + dilation, ..: yI, rowI, and maskI, 0 outside of it. A factor, since a choice between
 * vectors costs a software adapter three times a product; what is read there is some value of the plane.
 */
const rowOffsets = (
  count: number,
  first: string,
  height: string,
  width: string,
  base: string,
): string =>
  unroll(
    count,
    (
      r,
    ) => `let y${r} = ${first} + ${r} * dilation; let mask${r} = select(0.0, 1.0, y${r} >= 0 && y${r} < ${height});
let row${r} = ${base} + u32(clamp(y${r}, 0, ${height} - 1)) * u32(${width});`,
  );

const activate = (v: DepthwiseVariant, load: string): string => {
  if (v.activation === 'none') return load;
  return v.activation === 'relu'
    ? `max(${load}, vec4f())`
    : `max(${load} * scale + shift, vec4f())`;
};

const affine = (v: DepthwiseVariant, slot: string): string =>
  v.activation === 'affine'
    ? `let scale = slots[${slotOffset(slot, 'scale')}]; let shift = slots[${slotOffset(slot, 'shift')}];`
    : '';

const label = (v: DepthwiseVariant, ...kernels: number[]): string =>
  `${kernels.map((k) => `${k}x${k}`).join(' ')} ${v.activation} s${v.stride}`;

/** One expression: a variable costs a software adapter a masked store each time it is written, a value nothing. */
const sum = (n: number, make: (i: number) => string): string => seq(n).map(make).join(' + ');

interface Window {
  readonly source: string;
  readonly height: string;
  readonly width: string;
  readonly activate: (load: string) => string;
  /** WGSL of the index of tap (ky, kx), ky a u32 expression, kx a variable. */
  readonly tap: (ky: string) => string;
}

/** Adds a convolution to acc0, acc1, ..: for each column of taps, one column of inputs. */
function convolve(
  v: DepthwiseVariant,
  c: DepthwiseClass,
  window: Window,
  subgroups: boolean,
): string {
  const { kernel } = c;
  const ratio = ratioOf(v, c);
  const rows = (v.rows - 1) * ratio + kernel;
  const half = (kernel - 1) / 2;
  return `let first = t.y * ${v.stride} - ${half} * dilation;
${rowOffsets(rows, 'first', window.height, window.width, 'plane')}
for (var kx = 0; kx < ${kernel}; kx++) {
  let x = t.x * ${v.stride} + (kx - ${half}) * dilation;
  let inside = select(0.0, 1.0, x >= 0 && x < ${window.width}); let cx = u32(clamp(x, 0, ${window.width} - 1));
  ${unroll(rows, (i) => `let v${i} = ${window.activate(`${window.source}[row${i} + cx]`)} * mask${i};`)}
  ${sharedLoads(subgroups, 'w', kernel, (ky) => `w[weights + ${window.tap(ky)}]`)}
  ${unroll(kernel, (ky) => `let k${ky} = w${ky} * inside;`)}
  ${unroll(v.rows, (r) => `acc${r} += ${sum(kernel, (ky) => `v${r * ratio + ky} * k${ky}`)};`)}
}`;
}

/** y[quad] = depthwise(act(x[row.input]), w[row.weights..]). Grid: [tiles / 64, quads]. */
export function depthwiseForward(v: DepthwiseVariant, c: DepthwiseClass): Program {
  const window: Window = {
    source: 'x_',
    height: 'inH',
    width: 'inW',
    activate: (load) => activate(v, load),
    tap: (ky) => `${ky} * ${c.kernel}u + u32(kx)`,
  };
  return {
    label: `depthwise ${label(v, c.kernel)}`,
    bindings: [
      ['x_', 'read', 'vec4f'],
      ['w', 'read', 'vec4f'],
      ['y', 'read_write', 'vec4f'],
      ['tab', 'read', 'u32'],
      ...(v.activation === 'affine' ? [slotBinding] : []),
    ],
    params: depthwiseParams,
    workgroupSize: 64,
    code: (subgroups) => `${slotFields}${helpers(v.rows)}
fn run(local : u32, wg : vec3<u32>) {
  let entry = p.tab + wg.y * ${forwardRow}u;
  let dilation = i32(tab[entry + 4u]); let step = i32(tab[entry + 5u]);
  let t = tile(wg.x * 64u + local, p.height, p.width, u32(step));
  let weights = tab[entry + 1u];
  let inH = i32(p.inHeight); let inW = i32(p.inWidth);
  let plane = (tab[entry] * p.batch + t.image) * p.inHeight * p.inWidth;
  ${affine(v, 'tab[entry + 3u]')}
  ${unroll(v.rows, (r) => `var acc${r} = vec4f();`)}
  ${convolve(v, c, window, subgroups)}
  let out = (tab[entry + 2u] * p.batch + t.image) * p.height * p.width + u32(t.x);
  let h = i32(p.height);
  ${unroll(v.rows, (r) => `{ let oy = t.y + ${r} * step; if (t.inside && oy < h) { y[out + u32(oy) * p.width] = acc${r}; } }`)}
}`,
  };
}

/** [activation quad, slot, dilation, output quad, then for each class: first entry, entries]. */
export const inputGradientRow = (classes: number): number => 4 + 2 * classes;
export const inputGradientEntry = 2; // [gradient quad, weight base]

/**
 * y[quad] (+)= act'(x) * sum over the branches that read this quad of the transposed convolution of their gradient: a
 * gather, so nothing is added twice and no atomics are needed. The branches of one row have one dilation; `add` = 1 in
 * the passes after the first. height, width are the gradient's; the output's are inHeight, inWidth.
 * Grid: [tiles of the input / 64, input quads].
 */
export function depthwiseInputGradient(
  v: DepthwiseVariant,
  classes: readonly DepthwiseClass[],
): Program {
  const taps = v.stride === 1 ? gatherDense : gatherStrided;
  const step = v.stride === 1 ? 'dilation' : '1';
  return {
    label: `depthwise input gradient ${label(v, ...classes.map((c) => c.kernel))}`,
    bindings: [
      ['g', 'read', 'vec4f'],
      ['w', 'read', 'vec4f'],
      ['x_', 'read', 'vec4f'],
      ['y', 'read_write', 'vec4f'],
      ['tab', 'read', 'u32'],
      ...(v.activation === 'affine' ? [slotBinding] : []),
    ],
    params: [...depthwiseParams, 'add'],
    workgroupSize: 64,
    code: (subgroups) => `${slotFields}${helpers(v.rows)}
fn run(local : u32, wg : vec3<u32>) {
  let head = p.tab + wg.y * ${inputGradientRow(classes.length)}u;
  let dilation = i32(tab[head + 2u]); let step = ${step};
  let t = tile(wg.x * 64u + local, p.inHeight, p.inWidth, u32(step));
  let gH = i32(p.height); let gW = i32(p.width);
  ${unroll(v.rows, (r) => `var acc${r} = vec4f();`)}
  ${classes
    .map(
      (
        c,
        i,
      ) => `for (var e = tab[head + ${4 + 2 * i}u]; e < tab[head + ${4 + 2 * i}u] + tab[head + ${5 + 2 * i}u] * ${inputGradientEntry}u; e += ${inputGradientEntry}u) {
    let plane = (tab[e] * p.batch + t.image) * p.height * p.width;
    let weights = tab[e + 1u];
    ${taps(v, c, subgroups)}
  }`,
    )
    .join('\n')}
  ${affine(v, 'tab[head + 1u]')}
  let at = (tab[head] * p.batch + t.image) * p.inHeight * p.inWidth + u32(t.x);
  let out = (tab[head + 3u] * p.batch + t.image) * p.inHeight * p.inWidth + u32(t.x);
  let h = i32(p.inHeight);
  ${unroll(v.rows, (r) => `let oy${r} = t.y + ${r} * step; let o${r} = u32(min(oy${r}, h - 1)) * p.inWidth;`)}
  ${v.activation === 'none' ? '' : unroll(v.rows, (r) => `acc${r} = select(vec4f(), acc${r}, ${activate(v, `x_[at + o${r}]`)} > vec4f());`)}
  if (p.add != 0u) { ${unroll(v.rows, (r) => `acc${r} += y[out + o${r}];`)} }
  ${unroll(v.rows, (r) => `if (t.inside && oy${r} < h) { y[out + o${r}] = acc${r}; }`)}
}`,
  };
}

/** Stride 1: the forward convolution with the kernel turned around. */
function gatherDense(v: DepthwiseVariant, c: DepthwiseClass, subgroups: boolean): string {
  const last = c.kernel * c.kernel - 1;
  return convolve(
    v,
    c,
    {
      source: 'g',
      height: 'gH',
      width: 'gW',
      activate: (load) => load,
      tap: (ky) => `${last}u - ${ky} * ${c.kernel}u - u32(kx)`,
    },
    subgroups,
  );
}

/** Stride 2: only taps whose offset has the pixel's parity reach an output. A column starts at an even row. */
function gatherStrided(v: DepthwiseVariant, { kernel, dilation }: DepthwiseClass): string {
  const pad = ((kernel - 1) / 2) * dilation;
  // Output rows needed: (tile row + pad - tap) / 2 for even numerators, relative to tile.y / 2.
  const offsets = seq(v.rows).flatMap((r) => seq(kernel).map((ky) => r + pad - ky * dilation));
  const even = offsets.filter((o) => o % 2 === 0).map((o) => o / 2);
  const low = Math.min(...even);
  const count = Math.max(...even) - low + 1;
  return `let start = t.y / 2 + ${low};
${unroll(
  count,
  (r) =>
    `let y${r} = start + ${r}; let ok${r} = y${r} >= 0 && y${r} < gH; let row${r} = plane + u32(clamp(y${r}, 0, gH - 1)) * u32(gW);`,
)}
for (var kx = 0; kx < ${kernel}; kx++) {
  let twice = t.x + ${pad} - kx * ${dilation};
  let x = twice / 2;
  if ((twice & 1) == 0 && x >= 0 && x < gW) {
    ${unroll(count, (r) => `let v${r} = select(vec4f(), g[row${r} + u32(x)], ok${r});`)}
    ${unroll(kernel, (ky) => {
      const hit = seq(v.rows).filter((r) => (r + pad - ky * dilation) % 2 === 0);
      if (hit.length === 0) return '';
      return `{ let k = w[weights + u32(${ky * kernel} + kx)]; ${hit.map((r) => `acc${r} += v${(r + pad - ky * dilation) / 2 - low} * k;`).join(' ')} }`;
    })}
  }
}`;
}

/** Columns of a kernel's taps whose gradients one invocation sums, where it may hold `taps` sums: at least one. */
export function filterColumns(kernel: number, taps: number): number {
  return Math.min(kernel, Math.max(1, Math.floor(taps / kernel)));
}

/**
 * Partial sums of dL/dw over one chunk of the pixels, for `columns` columns of a quad's taps (`filterColumns`): the more
 * of them, the less often a gradient is loaded, and the more there is to compile.
 * out[row.base + chunk * chunkStride + tap]. Grid: [chunks, quads x groups of columns].
 * One barrier, then one invocation a tap adds the shares.
 */
export function depthwiseFilterGradient(
  v: DepthwiseVariant,
  c: DepthwiseClass,
  threads: number,
  columns: number,
): Program {
  const { kernel } = c;
  const taps = columns * kernel;
  const ratio = ratioOf(v, c);
  const rows = (v.rows - 1) * ratio + kernel;
  const half = (kernel - 1) / 2;
  const column = (j: number): string => `{
    let x = t.x * ${v.stride} + (kx + ${j} - ${half}) * dilation;
    let inside = select(0.0, 1.0, x >= 0 && x < inW);
    let cx = u32(clamp(x, 0, inW - 1));
    ${unroll(rows, (r) => `let v${r} = ${activate(v, `x_[row${r} + cx]`)} * mask${r};`)}
    ${unroll(kernel, (ky) => `acc${j * kernel + ky} += (${sum(v.rows, (r) => `v${r * ratio + ky} * g${r}`)}) * inside;`)}
  }`;
  const sums = `${unroll(taps, (i) => `var acc${i} = vec4f();`)}
  for (var i = wg.x * ${threads}u + local; i < tiles; i += p.chunks * ${threads}u) {
    let t = tile(i, p.height, p.width, u32(step));
    let plane = (tab[entry] * p.batch + t.image) * p.inHeight * p.inWidth;
    let at = (tab[entry + 1u] * p.batch + t.image) * p.height * p.width + u32(t.x);
    ${unroll(v.rows, (r) => `let oy${r} = t.y + ${r} * step; let g${r} = select(vec4f(), g[at + u32(min(oy${r}, h - 1)) * p.width], oy${r} < h);`)}
    let first = t.y * ${v.stride} - ${half} * dilation;
    ${rowOffsets(rows, 'first', 'inH', 'inW', 'plane')}
    ${unroll(columns, column)}
  }
  ${unroll(taps, (i) => `shares[${i * threads}u + local] = acc${i};`)}`;
  return {
    label: `depthwise filter gradient ${label(v, kernel)}`,
    bindings: [
      ['x_', 'read', 'vec4f'],
      ['g', 'read', 'vec4f'],
      ['out', 'read_write', 'vec4f'],
      ['tab', 'read', 'u32'],
      ...(v.activation === 'affine' ? [slotBinding] : []),
    ],
    params: [...depthwiseParams, 'chunks', 'chunkStride'],
    workgroupSize: threads,
    code: `${slotFields}${helpers(v.rows)}
var<workgroup> shares : array<vec4f, ${taps * threads}>;
fn run(local : u32, wg : vec3<u32>) {
  let entry = p.tab + wg.y * ${filterRow}u;
  let dilation = i32(tab[entry + 4u]); let step = i32(tab[entry + 5u]); let kx = i32(tab[entry + 6u]);
  let inH = i32(p.inHeight); let inW = i32(p.inWidth); let h = i32(p.height);
  let block = ${v.rows}u * u32(step);
  let tiles = p.batch * ((p.height + block - 1u) / block * u32(step)) * p.width;
  ${affine(v, 'tab[entry + 3u]')}
  ${sums}
  workgroupBarrier();
  for (var tap = local; tap < ${taps}u; tap += ${threads}u) {
    let column = u32(kx) + tap / ${kernel}u;
    if (column >= ${kernel}u) { continue; }
    var sum = vec4f();
    for (var i = 0u; i < ${threads}u; i++) { sum += shares[tap * ${threads}u + i]; }
    out[tab[entry + 2u] + wg.x * p.chunkStride + tap % ${kernel}u * ${kernel}u + column] = sum;
  }
}`,
  };
}
