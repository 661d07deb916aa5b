/** Gradient of the stem towards its weights. */
import type { Program } from '../wgsl-program.ts';
import { stemColumn, stemColumnFunction, stemRows } from '../stem/column.ts';
import { component, sequence, sum, unroll, wgsl } from '../wgsl.ts';

/**
 * Partial sums of dL/dw: results[params.result + quad * 9 * channels + chunk * chunkStride + tap * channels + channel]. A
 * workgroup makes one column of taps: all 27 of an RGB image at once hold more values than a software adapter's compiler
 * can place in minutes. Grid: [chunks, output quads * 3].
 * @param channels of the image, 4 at most.
 * @param threads invocations of a workgroup.
 */
export function stemFilterGradient(channels: number, threads: number): Program {
  const cells = 3 * channels;
  return {
    label: 'stem filter gradient',
    bindings: [
      ['images', 'read', 'vec4f'],
      ['gradients', 'read', 'vec4f'],
      ['results', 'read_write', 'vec4f'],
    ],
    params: ['batch', 'height', 'width', 'result', 'chunks', 'chunkStride'],
    workgroupSize: threads,
    code: wgsl`
      ${stemColumnFunction}
      var<workgroup> shares : array<vec4f, ${cells * threads}>;
      fn run(local : u32, group : vec3u) {
        let quad = group.y / 3u;
        let kx = group.y % 3u;
        let columns = params.batch * ((params.height + ${stemRows - 1}u) / ${stemRows}u) * params.width;
        let height = i32(params.height);
        let width = i32(params.width);
        ${unroll(cells, (i) => `var sum${i} = vec4f();`)}
        for (var i = group.x * ${threads}u + local; i < columns; i += params.chunks * ${threads}u) {
          let column = columnAt(i);
          let plane = column.image * params.height * params.width;
          let above = (quad * params.batch + column.image) * params.height * params.width + u32(column.x);
          ${unroll(
            stemRows,
            (r) =>
              `let gradient${r} = select(vec4f(), gradients[above + u32(min(column.y + ${r}, height - 1)) * params.width], column.y + ${r} < height);`,
          )}
          let x0 = column.x - 1 + i32(kx);
          ${stemColumn(0)}
          ${sequence(3)
            .flatMap((ky) =>
              sequence(channels).map(
                (c) =>
                  `sum${ky * channels + c} += ${sum(stemRows, (r) => `value${r + ky}_0.${component(c)} * gradient${r}`)};`,
              ),
            )
            .join('\n')}
        }
        ${unroll(cells, (i) => `shares[${i * threads}u + local] = sum${i};`)}
        workgroupBarrier();
        for (var cell = local; cell < ${cells}u; cell += ${threads}u) {
          var total = vec4f();
          for (var i = 0u; i < ${threads}u; i++) {
            total += shares[cell * ${threads}u + i];
          }
          let tap = cell / ${channels}u * 3u + kx;
          let place = group.x * params.chunkStride + quad * ${9 * channels}u + tap * ${channels}u + cell % ${channels}u;
          results[params.result + place] = total;
        }
      }
    `,
  };
}
