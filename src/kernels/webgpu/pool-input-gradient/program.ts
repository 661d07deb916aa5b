/** The way back through pools whose results are stored: see `pool/program.ts`. */
import { pooledQuadRow, pooledReaderRow } from '../pool/rows.ts';
import type { Program } from '../wgsl-program.ts';
import { sequence, unroll, wgsl } from '../wgsl.ts';

const threads = 64;

/**
 * results[resultQuad] (+)= what the pools that read a quad hand back to each of its pixels. `gradients` holds the pools'
 * own. Grid: [input pixels / 64, rows].
 */
export const poolInputGradient = (stride: 1 | 2): Program => ({
  label: `pool input gradient, stride ${stride}`,
  bindings: [
    ['gradients', 'read', 'activation'],
    ['winners', 'read', 'u32'],
    ['results', 'read_write', 'activation'],
    ['tables', 'read', 'u32'],
  ],
  params: ['batch', 'height', 'width', 'inHeight', 'inWidth', 'table'],
  workgroupSize: threads,
  code: wgsl`
    ${pooledQuadRow.wgsl}
    ${pooledReaderRow.wgsl}
    /** Pixels of a window around output \`at\` that lie inside \`size\`. */
    fn inside(at : i32, size : u32) -> f32 {
      let first = max(at * ${stride} - 1, 0);
      let last = min(at * ${stride} + 1, i32(size) - 1);
      return f32(last - first + 1);
    }
    fn run(local : u32, group : vec3u) {
      let index = group.x * ${threads}u + local;
      let inPlane = params.batch * params.inHeight * params.inWidth;
      if (index >= inPlane) {
        return;
      }
      let plane = params.batch * params.height * params.width;
      let image = index / (params.inHeight * params.inWidth);
      let y = i32(index / params.inWidth % params.inHeight);
      let x = i32(index % params.inWidth);
      let quad = readPooledQuad(params.table, group.y);
      var sum = vec4f();
      ${unroll(
        9,
        (k) => wgsl`
          // The window in which this pixel is the ${k}-th.
          let top${k} = y + ${1 - Math.floor(k / 3)};
          let left${k} = x + ${1 - (k % 3)};
          let row${k} = top${k} / ${stride};
          let column${k} = left${k} / ${stride};
          if (top${k} >= 0 && left${k} >= 0 && row${k} * ${stride} == top${k} && column${k} * ${stride} == left${k} && row${k} < i32(params.height) && column${k} < i32(params.width)) {
            let at = (image * params.height + u32(row${k})) * params.width + u32(column${k});
            let share = 1.0 / (inside(row${k}, params.inHeight) * inside(column${k}, params.inWidth));
            for (var i = 0u; i < quad.count; i++) {
              let reader = readPooledReader(quad.readers, i);
              let gradient = gradients[reader.gradientQuad * plane + at];
              if (reader.maximum) {
                let bytes = winners[reader.winnerQuad * plane + at];
                let won = vec4f(${sequence(4)
                  .map((l) => `f32(((bytes >> ${8 * l}u) & 255u) == ${k}u)`)
                  .join(', ')});
                sum += gradient * won;
              } else {
                sum += gradient * share;
              }
            }
          }
        `,
      )}
      let out = quad.resultQuad * inPlane + index;
      if (quad.add) {
        sum += results[out];
      }
      results[out] = sum;
    }
  `,
});
