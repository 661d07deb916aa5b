/** Dense 3x3 convolution of the image, padding 1: the stem. */
import type { Program } from '../wgsl-program.ts';
import { component, sequence, unroll, wgsl } from '../wgsl.ts';
import { stemColumn, stemColumnFunction, stemRows } from './column.ts';

/**
 * outputs[quad] = conv3x3(images); weights [quad][tap][image channel], a vec4 over outputs each. Grid: [columns / 64, output
 * quads].
 * @param channels of the image, 4 at most.
 */
export function stemForward(channels: number): Program {
  const products = sequence(9).flatMap((tap) =>
    sequence(channels).map((c) => {
      const weight = `weight${tap * channels + c}`;
      const [ky, kx] = [Math.floor(tap / 3), tap % 3];
      return wgsl`
        let ${weight} = weights[taps + ${tap * channels + c}u];
        ${unroll(stemRows, (r) => `sum${r} += value${r + ky}_${kx}.${component(c)} * ${weight};`)}
      `;
    }),
  );
  return {
    label: 'stem',
    bindings: [
      ['images', 'read', 'vec4f'],
      ['weights', 'read', 'vec4f'],
      ['outputs', 'read_write', 'vec4f'],
    ],
    params: ['batch', 'height', 'width', 'weights'],
    workgroupSize: 64,
    code: wgsl`
      ${stemColumnFunction}
      fn run(local : u32, group : vec3u) {
        let column = columnAt(group.x * 64u + local);
        if (!column.inside) {
          return;
        }
        let height = i32(params.height);
        let width = i32(params.width);
        let plane = column.image * params.height * params.width;
        let taps = params.weights + group.y * ${9 * channels}u;
        ${unroll(stemRows, (r) => `var sum${r} = vec4f();`)}
        ${unroll(
          3,
          (c) => wgsl`
            let x${c} = column.x - 1 + ${c};
            ${stemColumn(c)}
          `,
        )}
        ${products.join('\n')}
        let out = ((group.y * params.batch + column.image) * params.height + u32(column.y)) * params.width + u32(column.x);
        ${unroll(
          stemRows,
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
