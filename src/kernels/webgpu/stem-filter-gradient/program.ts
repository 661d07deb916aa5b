/** Gradient of the stem towards its weights. */
import type { Program } from '../wgsl-program.ts';
import { stemColumn, stemColumnFunction, stemParams, stemRows } from '../stem/column.ts';
import { component, sequence, sum, unroll, wgsl } from '../wgsl.ts';

/**
 * Partial sums of dL/dw: results[params.result + quad * 9 * channels + chunk * chunkStride + tap * channels + channel]. A
 * workgroup makes one column of taps: all 27 of an RGB image at once hold more values than a software adapter's compiler
 * can place in minutes. Grid: [chunks, output quads * 3].
 * @param channels of the image, 4 at most.
 * @param threads invocations of a workgroup.
 */
export function stemFilterGradient(channels: number, stride: 1 | 2, threads: number): Program {
  const cells = 3 * channels;
  const rows = stemRows(stride);
  return {
    label: `stem filter gradient${stride === 1 ? '' : ' s2'}`,
    bindings: [
      ['images', 'read', 'vec4f'],
      ['gradients', 'read', 'activation'],
      ['results', 'read_write', 'vec4f'],
    ],
    params: [...stemParams, 'result', 'chunks', 'chunkStride'],
    workgroupSize: threads,
    code: wgsl`
      ${stemColumnFunction(stride)}
      var<workgroup> shares : array<vec4f, ${cells * threads}>;
      fn run(local : u32, group : vec3u) {
        let quad = group.y / 3u;
        let kx = group.y % 3u;
        let columns = params.batch * ((params.height + ${rows - 1}u) / ${rows}u) * params.width;
        let height = i32(params.height);
        let inHeight = i32(params.inHeight);
        let inWidth = i32(params.inWidth);
        ${unroll(cells, (i) => `var sum${i} = vec4f();`)}
        for (var i = group.x * ${threads}u + local; i < columns; i += params.chunks * ${threads}u) {
          let column = columnAt(i);
          let plane = column.image * params.inHeight * params.inWidth;
          let above = (quad * params.batch + column.image) * params.height * params.width + u32(column.x);
          ${unroll(
            rows,
            (r) =>
              `let gradient${r} = select(vec4f(), gradients[above + u32(min(column.y + ${r}, height - 1)) * params.width], column.y + ${r} < height);`,
          )}
          let x0 = column.x * ${stride} - 1 + i32(kx);
          ${stemColumn(0, stride)}
          ${sequence(3)
            .flatMap((ky) =>
              sequence(channels).map(
                (c) =>
                  `sum${ky * channels + c} += ${sum(rows, (r) => `value${r * stride + ky}_0.${component(c)} * gradient${r}`)};`,
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
