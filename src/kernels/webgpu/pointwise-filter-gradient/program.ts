/** Gradient of 1x1 convolutions towards their weights. */
import { pointwiseParams, stridedFunction } from '../pointwise/product.ts';
import { loadSlot, pointwiseLabel } from '../pointwise/program.ts';
import type { PointwiseVariant } from '../pointwise/program.ts';
import { activated, readsNorm } from '../activation.ts';
import { slotBinding, slotFunctions } from '../slots.ts';
import type { Program } from '../wgsl-program.ts';
import { component, sequence, unroll, wgsl } from '../wgsl.ts';
import { productTileRow } from './rows.ts';

/**
 * Partial sums of dL/dW over one chunk of pixels, a tile of up to 2 x 2 quads a workgroup: the share of (input quad i, lane)
 * and output quad k goes to results[row.result + chunk * chunkStride + i * 4 + k * row.resultStride + lane], as the
 * weights lie. Grid: [chunks, rows of the table].
 * @param threads invocations of a workgroup.
 */
export function pointwiseFilterGradient(
  v: PointwiseVariant & { readonly tile: 1 | 2 },
  threads: number,
): Program {
  const tile = v.tile;
  const cells = tile * tile * 4;
  const input = (i: number): string => {
    const value = activated(v.activation, `inputs[inputPlane${i} + pixel]`, {
      ...{ scale: `scale${i}`, shift: `shift${i}` },
    });
    return v.strided ? `select(vec4f(), ${value}, at.inside)` : value;
  };
  return {
    label: `pointwise filter gradient${pointwiseLabel(v)}`,
    bindings: [
      ['inputs', 'read', 'activation'],
      ['gradients', 'read', 'activation'],
      ['results', 'read_write', 'vec4f'],
      ['tables', 'read', 'u32'],
      ...(readsNorm(v.activation) ? [slotBinding] : []),
    ],
    params: [...pointwiseParams, 'chunks', 'chunkStride'],
    workgroupSize: threads,
    code: wgsl`
      ${productTileRow.wgsl}
      ${readsNorm(v.activation) ? slotFunctions : ''}
      ${v.strided ? stridedFunction : ''}
      var<workgroup> shares : array<vec4f, ${cells * threads}>;
      fn run(local : u32, group : vec3u) {
        let row = readProductTile(params.table, group.y);
        let pixels = params.batch * params.height * params.width;
        let plane = params.batch * params.inHeight * params.inWidth;
        // A tile at the edge of the matrix computes its last quad twice, and writes it once.
        ${unroll(
          tile,
          (i) => wgsl`
            let inputPlane${i} = (row.inputQuad + min(${i}u, row.inputQuads - 1u)) * plane;
            let gradientPlane${i} = (row.gradientQuad + min(${i}u, row.gradientQuads - 1u)) * pixels;
            ${readsNorm(v.activation) ? loadSlot(`row.slot + min(${i}u, row.inputQuads - 1u)`, `${i}`) : ''}
          `,
        )}
        ${unroll(cells, (i) => `var sum${i} = vec4f();`)}
        for (var out = group.x * ${threads}u + local; out < pixels; out += params.chunks * ${threads}u) {
          ${
            v.strided
              ? wgsl`
                  let at = strided(out, row.shift);
                  let pixel = at.pixel;
                `
              : 'let pixel = out;'
          }
          ${unroll(
            tile,
            (i) => wgsl`
              let value${i} = ${input(i)};
              let gradient${i} = gradients[gradientPlane${i} + out];
            `,
          )}
          ${sequence(tile * tile)
            .flatMap((k) =>
              sequence(4).map(
                (lane) =>
                  `sum${k * 4 + lane} += value${Math.floor(k / tile)}.${component(lane)} * gradient${k % tile};`,
              ),
            )
            .join('\n')}
        }
        ${unroll(cells, (i) => `shares[${i * threads}u + local] = sum${i};`)}
        workgroupBarrier();
        for (var cell = local; cell < ${cells}u; cell += ${threads}u) {
          let i = cell / ${4 * tile}u;
          let k = (cell / 4u) % ${tile}u;
          let inputLane = cell % 4u;
          if (i < row.inputQuads && k < row.gradientQuads) {
            var total = vec4f();
            for (var s = 0u; s < ${threads}u; s++) {
              total += shares[cell * ${threads}u + s];
            }
            results[row.result + group.x * params.chunkStride + i * 4u + k * row.resultStride + inputLane] = total;
          }
        }
      }
    `,
  };
}
