/** 3x3 pools, padding 1, whose results are stored: a batch norm follows them (the evaluation network's pools). */
import type { Program } from '../wgsl-program.ts';
import { sequence, unroll, wgsl } from '../wgsl.ts';
import { poolRow } from './rows.ts';

const threads = 64;

/**
 * outputs[outputQuad + row] = pool of the row's quad, and winners[row], the pixel of the window that a maximum took, one
 * byte a channel. Padding neither counts nor wins; the first of equal pixels wins. Grid: [output pixels / 64, rows].
 */
export const poolForward = (stride: 1 | 2): Program => ({
  label: `pool, stride ${stride}`,
  bindings: [
    ['inputs', 'read', 'activation'],
    ['outputs', 'read_write', 'activation'],
    ['winners', 'read_write', 'u32'],
    ['tables', 'read', 'u32'],
  ],
  params: ['batch', 'height', 'width', 'inHeight', 'inWidth', 'table', 'outputQuad'],
  workgroupSize: threads,
  code: wgsl`
    ${poolRow.wgsl}
    fn run(local : u32, group : vec3u) {
      let index = group.x * ${threads}u + local;
      let plane = params.batch * params.height * params.width;
      if (index >= plane) {
        return;
      }
      let image = index / (params.height * params.width);
      let top = i32(index / params.width % params.height) * ${stride} - 1;
      let left = i32(index % params.width) * ${stride} - 1;
      let pool = readPool(params.table, group.y);
      let first = (pool.inputQuad * params.batch + image) * params.inHeight * params.inWidth;
      var total = vec4f();
      var count = 0.0;
      var most = vec4f(-3.4e38);
      var winner = vec4u();
      ${unroll(
        9,
        (k) => wgsl`
          let y${k} = top + ${Math.floor(k / 3)};
          let x${k} = left + ${k % 3};
          if (y${k} >= 0 && y${k} < i32(params.inHeight) && x${k} >= 0 && x${k} < i32(params.inWidth)) {
            let pixel = inputs[first + u32(y${k}) * params.inWidth + u32(x${k})];
            total += pixel;
            count += 1.0;
            winner = select(winner, vec4u(${k}u), pixel > most);
            most = max(most, pixel);
          }
        `,
      )}
      outputs[(params.outputQuad + group.y) * plane + index] = select(total / count, most, pool.maximum);
      winners[group.y * plane + index] = ${sequence(4)
        .map((l) => `(winner[${l}] << ${8 * l}u)`)
        .join(' | ')};
    }
  `,
});
