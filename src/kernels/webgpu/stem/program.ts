/** Dense 3x3 convolution of the image, padding 1, stride 1 or 2: the stem. */
import type { Program } from '../wgsl-program.ts';
import { component, sequence, unroll, wgsl } from '../wgsl.ts';
import { stemColumn, stemColumnFunction, stemParams, stemRows } from './column.ts';

/**
 * outputs[quad] = conv3x3(images); weights [quad][tap][image channel], a vec4 over outputs each. Grid: [columns / 64, output
 * quads].
 * @param channels of the image, 4 at most.
 */
export function stemForward(channels: number, stride: 1 | 2): Program {
  const rows = stemRows(stride);
  const products = sequence(9).flatMap((tap) =>
    sequence(channels).map((c) => {
      const weight = `weight${tap * channels + c}`;
      const [ky, kx] = [Math.floor(tap / 3), tap % 3];
      return wgsl`
        let ${weight} = weights[taps + ${tap * channels + c}u];
        ${unroll(rows, (r) => `sum${r} += value${r * stride + ky}_${kx}.${component(c)} * ${weight};`)}
      `;
    }),
  );
  return {
    label: stride === 1 ? 'stem' : 'stem s2',
    bindings: [
      ['images', 'read', 'vec4f'],
      ['weights', 'read', 'vec4f'],
      ['outputs', 'read_write', 'activation'],
    ],
    params: [...stemParams, 'weights'],
    workgroupSize: 64,
    code: wgsl`
      ${stemColumnFunction(stride)}
      fn run(local : u32, group : vec3u) {
        let column = columnAt(group.x * 64u + local);
        if (!column.inside) {
          return;
        }
        let height = i32(params.height);
        let inHeight = i32(params.inHeight);
        let inWidth = i32(params.inWidth);
        let plane = column.image * params.inHeight * params.inWidth;
        let taps = params.weights + group.y * ${9 * channels}u;
        ${unroll(rows, (r) => `var sum${r} = vec4f();`)}
        ${unroll(
          3,
          (c) => wgsl`
            let x${c} = column.x * ${stride} - 1 + ${c};
            ${stemColumn(c, stride)}
          `,
        )}
        ${products.join('\n')}
        let out = ((group.y * params.batch + column.image) * params.height + u32(column.y)) * params.width + u32(column.x);
        ${unroll(
          rows,
          (r) => wgsl`
            if (column.y + ${r} < height) {
              outputs[out + ${r}u * params.width] = sum${r};
            }
          `,
        )}
      }
    `,
  };
}
