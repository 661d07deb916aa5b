/**
 * Mixed operations: all candidates that leave one group of states, summed into all their destination nodes at once, and
 * the way back. Pools are computed while they are mixed. Tables say what is alive, so a pruned candidate costs nothing.
 *
 * Header at `tab`: [targets, quads of a node], then for each source (two at most, `none` if absent): [first quad of the
 * state, wants pools]; then a row for each target: see `targetRow`.
 */
import type { Program } from './runtime.ts';
import { unroll } from './quad.ts';
import { slotFields, slotOffset } from './slots.ts';

export const mixHeader = 6;
/** [node's first quad, add to it 0 | 1, then per source: coefficient of skip, average pool, max pool or none, then the entry lists (one [aligned, count, gathered, count] a quad)]. */
export const targetRow = 9;
/**
 * A convolution's share of a node quad where it lies in one quad, lane by lane: [coefficient, quad of x]; and where not:
 * [coefficient, 4 x quad * 4 + lane or none]. Two lists, since a software adapter executes every side of a branch.
 */
export const alignedEntry = 2;
export const gatheredEntry = 5;

const threads = 64;
/** Nodes of a cell (settings.ts). */
const mostTargets = 8;
export const mixRows = 4;
const seq = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

export interface MixVariant {
  readonly stride: 1 | 2;
  /** The states lie in the buffer that is written (nodes of the cell), not in one of their own. */
  readonly inPlace: boolean;
  /**
   * Drop-path: a candidate's coefficient is multiplied by a factor for each image, which lies behind all coefficients:
   * coefficients[p.factors + coefficient * batch + image]. A variant, so that a search pays nothing for it.
   */
  readonly dropPath: boolean;
}

/** Name in profiles. */
const label = (name: string, v: MixVariant): string =>
  `${name} s${v.stride}${v.dropPath ? ' drop-path' : ''}`;

/** `coefficient(i)`: 0 for none. With drop-path it takes the image, and `kept` is the factor alone. */
const coefficientFunctions = (v: MixVariant): string =>
  v.dropPath
    ? `fn kept(i : u32, image : u32) -> f32 { if (i == 0xffffffffu) { return 0.0; } return coefficients[p.factors + i * p.batch + image]; }
fn coefficient(i : u32, image : u32) -> f32 { if (i == 0xffffffffu) { return 0.0; } return coefficients[i] * kept(i, image); }`
    : `fn coefficient(i : u32) -> f32 { if (i == 0xffffffffu) { return 0.0; } return coefficients[i]; }`;

const params = [
  'sources',
  'batch',
  'height',
  'width',
  'inHeight',
  'inWidth',
  'tab',
  'slot',
  'partial',
] as const;

const poolFunctions = (source: string, v: MixVariant): string => `
struct Pools { ${seq(mixRows)
  .map((r) => `here${r} : vec4f, avg${r} : vec4f, max${r} : vec4f, arg${r} : u32,`)
  .join(' ')} }
fn pack(a : vec4<u32>) -> u32 { return a.x | (a.y << 8u) | (a.z << 16u) | (a.w << 24u); }
fn pools(quad : u32, image : u32, top : i32, left : i32) -> Pools {
  var out : Pools;
  let inH = i32(p.inHeight); let inW = i32(p.inWidth);
  let plane = (quad * p.batch + image) * p.inHeight * p.inWidth;
  let far = vec4f(-3.4e38);
  ${unroll(3, (c) => `let x${c} = left * ${v.stride} - 1 + ${c}; let in${c} = x${c} >= 0 && x${c} < inW; let cx${c} = u32(clamp(x${c}, 0, inW - 1));`)}
  let across = f32(u32(in0) + u32(in1) + u32(in2));
  // Each row's three pixels once, for all the windows that hold the row. The first of equal pixels wins.
  ${seq((mixRows - 1) * v.stride + 3)
    .map(
      (r) => `let y${r} = top * ${v.stride} - 1 + ${r}; let ok${r} = y${r} >= 0 && y${r} < inH;
  let row${r} = plane + u32(clamp(y${r}, 0, inH - 1)) * p.inWidth;
  let a${r} = ${source}[row${r} + cx0]; let b${r} = ${source}[row${r} + cx1]; let c${r} = ${source}[row${r} + cx2];
  let sum${r} = select(vec4f(), select(vec4f(), a${r}, in0) + b${r} + select(vec4f(), c${r}, in2), ok${r});
  let ma${r} = select(far, a${r}, ok${r} && in0); let mb${r} = select(far, b${r}, ok${r} && in1); let mc${r} = select(far, c${r}, ok${r} && in2);
  let mab${r} = max(ma${r}, mb${r}); let max${r} = max(mab${r}, mc${r});
  let arg${r} = select(select(vec4<u32>(), vec4<u32>(1u), mb${r} > ma${r}), vec4<u32>(2u), mc${r} > mab${r});`,
    )
    .join('\n')}
  ${seq(mixRows)
    .map((r) => {
      const [a, b, c] = [0, 1, 2].map((i) => r * v.stride + i);
      return `out.here${r} = b${b};
  out.avg${r} = (sum${a} + sum${b} + sum${c}) / max(across * f32(u32(ok${a}) + u32(ok${b}) + u32(ok${c})), 1.0);
  { let top = max(max${a}, max${b});
    out.max${r} = max(top, max${c});
    out.arg${r} = pack(select(select(arg${a}, arg${b} + 3u, max${b} > max${a}), arg${c} + 6u, max${c} > top)); }`;
    })
    .join('\n')}
  return out;
}`;

/** nodes (+)= sum of coefficient * candidate. Also writes the max pools' winners. Grid: [tiles / 64, node quads]. */
export function mixForward(v: MixVariant): Program {
  const state = v.inPlace ? 'y' : 's';
  const coefficient = (index: string): string =>
    v.dropPath ? `coefficient(${index}, image)` : `coefficient(${index})`;
  const entry = v.dropPath ? 'coefficient(tab[e], image)' : 'coefficients[tab[e]]';
  return {
    label: label('mix', v),
    bindings: [
      ...(v.inPlace ? [] : [['s', 'read', 'vec4f'] as const]),
      ['x', 'read', 'vec4f'],
      ['y', 'read_write', 'vec4f'],
      ['winners', 'read_write', 'u32'],
      ['slots', 'read', 'vec4f'],
      ['coefficients', 'read', 'f32'],
      ['tab', 'read', 'u32'],
    ],
    params: v.dropPath ? [...params, 'factors'] : params,
    workgroupSize: threads,
    code: `${slotFields}${poolFunctions(state, v)}
${coefficientFunctions(v)}
fn run(local : u32, wg : vec3<u32>) {
  let across = (p.height + ${mixRows - 1}u) / ${mixRows}u;
  let index = wg.x * ${threads}u + local;
  let image = index / (across * p.width);
  if (image >= p.batch) { return; }
  let y0 = (index / p.width) % across * ${mixRows}u; let x0 = index % p.width;
  let n = p.batch * p.height * p.width;
  let pixel = (image * p.height + y0) * p.width + x0;
  ${unroll(mixRows, (r) => `let pixel${r} = min(pixel + ${r}u * p.width, n - 1u);`)}
  ${unroll(
    2,
    (k) => `var pool${k} : Pools;
  if (${k}u < p.sources) {
    let quad = tab[p.tab + ${2 + 2 * k}u] + wg.y;
    if (tab[p.tab + ${3 + 2 * k}u] != 0u) {
      pool${k} = pools(quad, image, i32(y0), i32(x0));
      let to = (${k}u * tab[p.tab + 1u] + wg.y) * n + pixel;
      ${unroll(mixRows, (r) => `if (y0 + ${r}u < p.height) { winners[to + ${r}u * p.width] = pool${k}.arg${r}; }`)}
    } else {
      ${
        v.stride === 1
          ? `let at = (quad * p.batch + image) * p.inHeight * p.inWidth;
      ${unroll(mixRows, (r) => `pool${k}.here${r} = ${state}[at + min(y0 + ${r}u, p.inHeight - 1u) * p.inWidth + x0];`)}`
          : ''
      }
    }
  }`,
  )}
  for (var t = 0u; t < tab[p.tab]; t++) {
    let row = p.tab + ${mixHeader}u + t * ${targetRow}u;
    ${unroll(2, (k) => `let a${k} = ${coefficient(`tab[row + ${2 + 3 * k}u]`)}; let b${k} = ${coefficient(`tab[row + ${3 + 3 * k}u]`)}; let c${k} = ${coefficient(`tab[row + ${4 + 3 * k}u]`)};`)}
    ${unroll(
      mixRows,
      (r) =>
        `var acc${r} = ${seq(2)
          .map(
            (k) =>
              `a${k} * pool${k}.here${r} + b${k} * pool${k}.avg${r} + c${k} * pool${k}.max${r}`,
          )
          .join(' + ')};`,
    )}
    let list = tab[row + 8u] + wg.y * 4u;
    for (var e = tab[list]; e < tab[list] + tab[list + 1u] * ${alignedEntry}u; e += ${alignedEntry}u) {
      let a = ${entry};
      let q = tab[e + 1u];
      let slot = p.slot + q;
      let scale = a * slots[${slotOffset('slot', 'scale')}]; let shift = a * slots[${slotOffset('slot', 'shift')}];
      ${unroll(mixRows, (r) => `acc${r} += x[q * n + pixel${r}] * scale + shift;`)}
    }
    for (var e = tab[list + 2u]; e < tab[list + 2u] + tab[list + 3u] * ${gatheredEntry}u; e += ${gatheredEntry}u) {
      let a = ${entry};
      ${unroll(
        4,
        (l) => `let s${l} = tab[e + ${l + 1}u]; let on${l} = select(0.0, a, s${l} != 0xffffffffu);
      let c${l} = s${l} & 3u; let q${l} = select(0u, s${l} >> 2u, s${l} != 0xffffffffu);`,
      )}
      let scale = vec4f(${seq(4)
        .map((l) => `on${l} * slots[${slotOffset(`p.slot + q${l}`, 'scale')}][c${l}]`)
        .join(', ')});
      let shift = vec4f(${seq(4)
        .map((l) => `on${l} * slots[${slotOffset(`p.slot + q${l}`, 'shift')}][c${l}]`)
        .join(', ')});
      ${unroll(
        mixRows,
        (r) =>
          `acc${r} += vec4f(${seq(4)
            .map((l) => `x[q${l} * n + pixel${r}][c${l}]`)
            .join(', ')}) * scale + shift;`,
      )}
    }
    let out = (tab[row] + wg.y) * n;
    if (tab[row + 1u] != 0u) { ${unroll(mixRows, (r) => `acc${r} += y[out + pixel${r}];`)} }
    ${unroll(mixRows, (r) => `if (y0 + ${r}u < p.height) { y[out + pixel${r}] = acc${r}; }`)}
  }
}`,
  };
}

/**
 * Gradient of the states through skip connections and pools, added to what the convolutions gave (`part`, compacted
 * channels, gathered by lane), and for each (source, target) one share of dL/d coefficient of (skip, average, max) a
 * workgroup: partials[p.partial + ((source * targets + target) * quads + quad) * gridX + x].
 * height, width are the nodes', inHeight, inWidth the states'. Rows at tab[p.gather]: [aligned quad of part or none, 4
 * lanes], one a source and quad. Grid: [tiles of a state / 64, node quads, sources].
 * @param shareThreads 8 or more: invocations of a workgroup, each of which makes 64 / shareThreads columns. A software
 * adapter keeps a stack for each invocation of a program with barriers, so there it takes few of them.
 */
export function mixBackward(v: MixVariant, shareThreads: number): Program {
  const gradient = v.inPlace ? 'y' : 'g';
  const places = [
    'tab[row + 2u + 3u * wg.z]',
    'tab[row + 3u + 3u * wg.z]',
    'tab[row + 4u + 3u * wg.z]',
  ] as const;
  const [skip, average, maximum] = places.map((index) =>
    v.dropPath ? `coefficient(${index}, image)` : `coefficient(${index})`,
  );
  const keep = v.dropPath
    ? `\n    sums *= vec4f(${places.map((index) => `kept(${index}, image)`).join(', ')}, 0.0);`
    : '';
  const rows = v.stride === 1 ? mixRows + 2 : mixRows / 2 + 1;
  const columns = v.stride === 1 ? 3 : 2;
  /** Windows that hold tile row r: [gradient row index, tap row]. */
  const windows = (r: number): [number, number][] =>
    v.stride === 1
      ? [0, 1, 2].map((i) => [r + i, 2 - i])
      : r % 2 === 0
        ? [[r / 2, 1]]
        : [
            [(r - 1) / 2, 2],
            [(r + 1) / 2, 0],
          ];
  // Column c of the gradient is at x - 1 + c (stride 1) or floor(x / 2) + c (stride 2); its tap column depends on parity.
  const tapColumn = (c: number): string =>
    v.stride === 1 ? `${2 - c}u` : c === 0 ? 'select(1u, 2u, oddX)' : 'select(9u, 0u, oddX)';
  return {
    label: label('mix backward', v),
    bindings: [
      ...(v.inPlace ? [] : [['g', 'read', 'vec4f'] as const]),
      ['x', 'read', 'vec4f'],
      ['part', 'read', 'vec4f'],
      ['winners', 'read', 'u32'],
      ['y', 'read_write', 'vec4f'],
      ['partials', 'read_write', 'vec4f'],
      ['coefficients', 'read', 'f32'],
      ['tab', 'read', 'u32'],
    ],
    params: [...params, 'gather', 'gridX', 'add', ...(v.dropPath ? ['factors'] : [])],
    workgroupSize: shareThreads,
    code: `
var<workgroup> shares : array<vec4f, ${shareThreads}>;
${coefficientFunctions(v)}
fn unpack(a : u32) -> vec4<u32> { return vec4<u32>(a, a >> 8u, a >> 16u, a >> 24u) & vec4<u32>(255u); }
/** 1 / pixels inside the 3x3 window around output (o, of size n outputs) of inputs 0..m. */
fn inside(o : i32, m : u32) -> f32 {
  let low = max(o * ${v.stride} - 1, 0); let high = min(o * ${v.stride} + 1, i32(m) - 1);
  return f32(high - low + 1);
}
var<private> totals : array<vec4f, ${mostTargets}>;
/** One column of pixels; adds its shares to the totals. */
fn column(index : u32, wg : vec3<u32>) {
  let across = (p.inHeight + ${mixRows - 1}u) / ${mixRows}u;
  let valid = index < p.batch * across * p.inWidth;
  let image = min(index / (across * p.inWidth), p.batch - 1u);
  let y0 = (index / p.inWidth) % across * ${mixRows}u; let x0 = index % p.inWidth;
  let m = p.batch * p.inHeight * p.inWidth; let n = p.batch * p.height * p.width;
  let pixel = (image * p.inHeight + y0) * p.inWidth + x0;
  let targets = tab[p.tab]; let quads = tab[p.tab + 1u];
  let xQuad = tab[p.tab + 2u + 2u * wg.z] + wg.y; let pooled = tab[p.tab + 3u + 2u * wg.z] != 0u;
  let oddX = (x0 & 1u) == 1u;
  ${unroll(mixRows, (r) => `let here${r} = select(vec4f(), x[xQuad * m + min(pixel + ${r}u * p.inWidth, m - 1u)], valid && y0 + ${r}u < p.inHeight); var acc${r} = vec4f();`)}
  for (var t = 0u; t < targets; t++) {
    let row = p.tab + ${mixHeader}u + t * ${targetRow}u;
    let plane = (tab[row] + wg.y) * n + image * p.height * p.width;
    let skip = ${skip}; let average = ${average}; let maximum = ${maximum};
    var sums = vec4f();
    ${
      v.stride === 1
        ? unroll(
            mixRows,
            (r) =>
              `{ let v = ${gradient}[plane + min(y0 + ${r}u, p.height - 1u) * p.width + x0]; sums.x += dot(v, here${r}); acc${r} += skip * v; }`,
          )
        : ''
    }
    if (pooled) {
      let winnerPlane = (wg.z * quads + wg.y) * n + image * p.height * p.width;
      ${unroll(mixRows, (r) => `var av${r} = vec4f(); var mx${r} = vec4f();`)}
      for (var c = 0; c < ${columns}; c++) {
        let ox = ${v.stride === 1 ? 'i32(x0) - 1 + c' : 'i32(x0 / 2u) + c'};
        let tapX = ${v.stride === 1 ? 'u32(2 - c)' : `select(${tapColumn(1)}, ${tapColumn(0)}, c == 0)`};
        let inX = ox >= 0 && ox < i32(p.width) && tapX < 3u;
        let across = 1.0 / max(inside(ox, p.inWidth), 1.0);
        ${unroll(
          rows,
          (i) => `let oy${i} = ${v.stride === 1 ? `i32(y0) - 1 + ${i}` : `i32(y0 / 2u) + ${i}`};
        let o${i} = u32(clamp(oy${i}, 0, i32(p.height) - 1)) * p.width + u32(clamp(ox, 0, i32(p.width) - 1));
        let v${i} = select(vec4f(), ${gradient}[plane + o${i}], inX && oy${i} >= 0 && oy${i} < i32(p.height)); let won${i} = unpack(winners[winnerPlane + o${i}]);
        let share${i} = v${i} * (across / max(inside(oy${i}, p.inHeight), 1.0));`,
        )}
        ${unroll(
          mixRows,
          (r) => `av${r} += ${windows(r)
            .map(([i]) => `share${i}`)
            .join(' + ')};
        mx${r} += ${windows(r)
          .map(([i, tapY]) => `select(vec4f(), v${i}, won${i} == vec4<u32>(${tapY * 3}u + tapX))`)
          .join(' + ')};`,
        )}
      }
      sums.y += ${seq(mixRows)
        .map((r) => `dot(av${r}, here${r})`)
        .join(' + ')}; sums.z += ${seq(mixRows)
        .map((r) => `dot(mx${r}, here${r})`)
        .join(' + ')};
      ${unroll(mixRows, (r) => `acc${r} += average * av${r} + maximum * mx${r};`)}
    }${keep}
    totals[t] += sums;
  }
  if (!valid) { return; }
  let row = p.gather + (wg.z * quads + wg.y) * 5u;
  let q = tab[row];
  ${unroll(mixRows, (r) => `let i${r} = min(pixel + ${r}u * p.inWidth, m - 1u);`)}
  if (q != 0xffffffffu) {
    ${unroll(mixRows, (r) => `acc${r} += part[q * m + i${r}];`)}
  } else {
    ${unroll(4, (l) => `let s${l} = tab[row + ${l + 1}u]; let on${l} = select(0.0, 1.0, s${l} != 0xffffffffu); let q${l} = select(0u, s${l} >> 2u, s${l} != 0xffffffffu) * m;`)}
    ${unroll(
      mixRows,
      (r) =>
        `acc${r} += vec4f(${seq(4)
          .map((l) => `part[q${l} + i${r}][s${l} & 3u]`)
          .join(', ')}) * vec4f(on0, on1, on2, on3);`,
    )}
  }
  let o = xQuad * m;
  if (p.add != 0u) { ${unroll(mixRows, (r) => `acc${r} += y[o + i${r}];`)} }
  ${unroll(mixRows, (r) => `if (y0 + ${r}u < p.inHeight) { y[o + i${r}] = acc${r}; }`)}
}
fn run(local : u32, wg : vec3<u32>) {
  for (var k = 0u; k < ${threads / shareThreads}u; k++) { column(wg.x * ${threads}u + k * ${shareThreads}u + local, wg); }
  let targets = tab[p.tab]; let quads = tab[p.tab + 1u];
  for (var t = 0u; t < targets; t++) {
    workgroupBarrier();
    shares[local] = totals[t];
    workgroupBarrier();
    ${
      shareThreads > 8
        ? `if (local < 8u) { var s = vec4f(); for (var i = 0u; i < ${shareThreads / 8}u; i++) { s += shares[local * ${shareThreads / 8}u + i]; } shares[local * ${shareThreads / 8}u] = s; }
    workgroupBarrier();`
        : ''
    }
    if (local == 0u) {
      var s = vec4f();
      for (var i = 0u; i < 8u; i++) { s += shares[i * ${shareThreads / 8}u]; }
      partials[p.partial + ((wg.z * targets + t) * quads + wg.y) * p.gridX + wg.x] = s;
    }
  }
}`,
  };
}
