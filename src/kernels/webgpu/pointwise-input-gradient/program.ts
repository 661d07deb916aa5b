/** Gradient of 1x1 convolutions, or of relu and a factorized reduce, towards what they read. */
import {
  addProduct,
  pointwiseParams,
  pointwisePixels,
  pointwiseThreads,
  pointwiseTile,
  productSums,
} from '../pointwise/product.ts';
import { loadSlot, pointwiseLabel } from '../pointwise/program.ts';
import { activated, letsFunction, readsNorm } from '../activation.ts';
import type { Activation } from '../activation.ts';
import { slotBinding, slotFunctions } from '../slots.ts';
import type { Program } from '../wgsl-program.ts';
import { unroll, wgsl } from '../wgsl.ts';
import { productGradientRow, productReaderRow, reluGradientRow } from './rows.ts';

/** @param activation of the inputs on reading. Strided: relu. */
export interface PointwiseGradientVariant {
  readonly activation: Activation;
  readonly strided: boolean;
}

/**
 * results (+)= act'(inputs) * sum over the readers of W^T gradients, for each quad that 1x1 convolutions read: a table of
 * `productGradientRow`. Strided: a table of `reluGradientRow`; pixels with both coordinates even get the first
 * convolution's share, both odd the second's, all others none. height, width are the gradient's, inHeight, inWidth the
 * input's. Grid: [input pixels / 512, rows of the table].
 */
export function pointwiseInputGradient(v: PointwiseGradientVariant): Program {
  return {
    label: `pointwise input gradient${pointwiseLabel(v)}`,
    bindings: [
      ['gradients', 'read', 'activation'],
      ['weights', 'read', 'vec4f'],
      ...(v.activation === 'none' ? [] : [['inputs', 'read', 'activation'] as const]),
      ['results', 'read_write', 'activation'],
      ['tables', 'read', 'u32'],
      ...(readsNorm(v.activation) ? [slotBinding] : []),
    ],
    params: pointwiseParams,
    workgroupSize: pointwiseThreads,
    code: v.strided ? strided : dense(v.activation),
  };
}

/** As the forward product: eight pixels an invocation, which use each weight. */
const dense =
  (activation: Activation) =>
  (subgroups: boolean): string => wgsl`
    ${productGradientRow.wgsl}
    ${productReaderRow.wgsl}
    ${readsNorm(activation) ? slotFunctions : ''}
    ${activation === 'none' ? '' : letsFunction(activation)}
    fn run(local : u32, group : vec3u) {
      let row = readProductGradient(params.table, group.y);
      let plane = params.batch * params.inHeight * params.inWidth;
      let out = group.x * ${pointwiseTile}u + local;
      ${unroll(pointwisePixels, (i) => `let pixel${i} = min(out + ${i * pointwiseThreads}u, plane - 1u);`)}
      ${productSums}
      for (var r = 0u; r < row.count; r++) {
        let reader = readProductReader(row.readers, r);
        let firstQuad = reader.gradientQuad;
        let quads = reader.gradientQuads;
        let matrix = reader.weights;
        ${addProduct(subgroups, (index) => `gradients[${index}]`)}
      }
      let resultPlane = row.resultQuad * plane;
      ${activation === 'none' ? '' : masked(activation)}
      if (row.add) {
        ${unroll(pointwisePixels, (i) => `sum${i} += results[resultPlane + pixel${i}];`)}
      }
      ${unroll(
        pointwisePixels,
        (i) => wgsl`
          if (out + ${i * pointwiseThreads}u < plane) {
            results[resultPlane + pixel${i}] = sum${i};
          }
        `,
      )}
    }
  `;

const masked = (activation: Activation): string => wgsl`
  let inputPlane = row.inputQuad * plane;
  ${readsNorm(activation) ? loadSlot('row.slot') : ''}
  ${unroll(
    pointwisePixels,
    (i) =>
      `sum${i} = select(vec4f(), sum${i}, lets(${activated(activation, `inputs[inputPlane + pixel${i}]`)}));`,
  )}
`;

/** Pixel by pixel: which convolution reaches one is its own affair. */
const strided = wgsl`
  ${reluGradientRow.wgsl}
  fn onePixel(pixel : u32, row : ReluGradientRow) {
    let inputPlane = params.batch * params.inHeight * params.inWidth;
    if (pixel >= inputPlane) {
      return;
    }
    let plane = params.batch * params.height * params.width;
    let inX = pixel % params.inWidth;
    let inY = (pixel / params.inWidth) % params.inHeight;
    let image = pixel / (params.inWidth * params.inHeight);
    let x = inX >> 1u;
    let y = inY >> 1u;
    let odd = inX & 1u;
    let reached = odd == (inY & 1u) && y < params.height && x < params.width;
    let at = (image * params.height + min(y, params.height - 1u)) * params.width + min(x, params.width - 1u);
    var firstQuad = row.gradientQuad;
    var quads = row.gradientQuads;
    var matrix = row.weights;
    if (odd == 1u) {
      matrix += quads * 4u;
      firstQuad = row.secondQuad;
      quads = row.secondQuads;
    }
    if (!reached) {
      quads = 0u;
    }
    var sum = vec4f();
    for (var q = 0u; q < quads; q++) {
      let value = gradients[(firstQuad + q) * plane + at];
      let weight = matrix + q * 4u;
      sum += value.x * weights[weight] + value.y * weights[weight + 1u] + value.z * weights[weight + 2u] + value.w * weights[weight + 3u];
    }
    sum = select(vec4f(), sum, inputs[row.inputQuad * inputPlane + pixel] > vec4f());
    let out = row.resultQuad * inputPlane + pixel;
    if (row.add) {
      sum += results[out];
    }
    results[out] = sum;
  }
  fn run(local : u32, group : vec3u) {
    let row = readReluGradientRow(params.table, group.y);
    for (var k = 0u; k < ${pointwisePixels}u; k++) {
      onePixel(group.x * ${pointwiseTile}u + k * ${pointwiseThreads}u + local, row);
    }
  }
`;
