/** Dense 3x3 convolution of the image (up to four channels: one quad), padding 1: the stem. */
import type { Program } from './runtime.ts';
import { unroll } from './quad.ts';

const rows = 4;
export const stemRows = rows;
const seq = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

const tile = `
struct Tile { image : u32, y : i32, x : i32, inside : bool }
fn tile(index : u32) -> Tile {
  let across = (p.height + ${rows - 1}u) / ${rows}u;
  let image = index / (across * p.width);
  return Tile(image, i32((index / p.width) % across * ${rows}u), i32(index % p.width), image < p.batch);
}`;

/** Rows of one column of the image, zero outside: v0_C, v1_C, .. from `xC`. */
const loadColumn = (column: number): string =>
  unroll(
    rows + 2,
    (r) => `let y${r}_${column} = t.y - 1 + ${r};
let v${r}_${column} = select(vec4f(), x[plane + u32(clamp(y${r}_${column}, 0, h - 1)) * p.width + u32(clamp(x${column}, 0, w - 1))], y${r}_${column} >= 0 && y${r}_${column} < h && x${column} >= 0 && x${column} < w);`,
  );

/** y[quad] = conv3x3(x); weights [quad][tap][image channel] vec4 over outputs. Grid: [tiles / 64, output quads]. */
export function stemForward(channels: number): Program {
  return {
    label: 'stem',
    bindings: [
      ['x', 'read', 'vec4f'],
      ['k', 'read', 'vec4f'],
      ['y', 'read_write', 'vec4f'],
    ],
    params: ['batch', 'height', 'width', 'weights'],
    workgroupSize: 64,
    code: `${tile}
fn run(local : u32, wg : vec3<u32>) {
  let t = tile(wg.x * 64u + local);
  if (!t.inside) { return; }
  let h = i32(p.height); let w = i32(p.width);
  let plane = t.image * p.height * p.width;
  let base = p.weights + wg.y * ${9 * channels}u;
  ${unroll(rows, (r) => `var acc${r} = vec4f();`)}
  ${unroll(
    3,
    (c) => `let x${c} = t.x - 1 + ${c};
${loadColumn(c)}`,
  )}
  ${seq(9)
    .flatMap((tap) => seq(channels).map((c) => ({ tap, c })))
    .map(
      ({ tap, c }) => `{ let f = k[base + ${tap * channels + c}u];
  ${unroll(rows, (r) => `acc${r} += v${r + Math.floor(tap / 3)}_${tap % 3}.${'xyzw'[c]} * f;`)} }`,
    )
    .join('\n')}
  let out = ((wg.y * p.batch + t.image) * p.height + u32(t.y)) * p.width + u32(t.x);
  ${unroll(rows, (r) => `if (t.y + ${r} < h) { y[out + ${r}u * p.width] = acc${r}; }`)}
}`,
  };
}

/**
 * Partial sums of dL/dw: out[base + chunk * chunkStride + tap * channels + channel]. A workgroup makes one column of
 * taps: all 27 of an RGB image at once hold more values than a software adapter's compiler can place in minutes.
 * Grid: [chunks, output quads * 3].
 */
export function stemFilterGradient(channels: number, shareThreads: number): Program {
  const cells = 3 * channels;
  return {
    label: 'stem filter gradient',
    bindings: [
      ['x', 'read', 'vec4f'],
      ['g', 'read', 'vec4f'],
      ['out', 'read_write', 'vec4f'],
    ],
    params: ['batch', 'height', 'width', 'base', 'chunks', 'chunkStride'],
    workgroupSize: shareThreads,
    code: `${tile}
var<workgroup> shares : array<vec4f, ${cells * shareThreads}>;
fn run(local : u32, wg : vec3<u32>) {
  let quad = wg.y / 3u; let kx = wg.y % 3u;
  let tiles = p.batch * ((p.height + ${rows - 1}u) / ${rows}u) * p.width;
  let h = i32(p.height); let w = i32(p.width);
  ${unroll(cells, (i) => `var acc${i} = vec4f();`)}
  for (var i = wg.x * ${shareThreads}u + local; i < tiles; i += p.chunks * ${shareThreads}u) {
    let t = tile(i);
    let plane = t.image * p.height * p.width;
    let at = (quad * p.batch + t.image) * p.height * p.width + u32(t.x);
    ${unroll(rows, (r) => `let g${r} = select(vec4f(), g[at + u32(min(t.y + ${r}, h - 1)) * p.width], t.y + ${r} < h);`)}
    let x0 = t.x - 1 + i32(kx);
    ${loadColumn(0)}
    ${unroll(3, (ky) =>
      unroll(
        channels,
        (c) =>
          `acc${ky * channels + c} += ${seq(rows)
            .map((r) => `v${r + ky}_0.${'xyzw'[c]} * g${r}`)
            .join(' + ')};`,
      ),
    )}
  }
  ${unroll(cells, (i) => `shares[${i * shareThreads}u + local] = acc${i};`)}
  workgroupBarrier();
  for (var c = local; c < ${cells}u; c += ${shareThreads}u) {
    var sum = vec4f();
    for (var i = 0u; i < ${shareThreads}u; i++) { sum += shares[c * ${shareThreads}u + i]; }
    let tap = c / ${channels}u * 3u + kx;
    out[p.base + quad * ${9 * channels}u + wg.x * p.chunkStride + tap * ${channels}u + c % ${channels}u] = sum;
  }
}`,
  };
}
