/** Gradient of 1x1 convolutions, or of relu and a factorized reduce, towards what they read. */
import {
  addProduct,
  eachResult,
  firstPixel,
  pixelAt,
  pixelsEach,
  plainShape,
  pointwiseParams,
  pointwiseThreads,
  pointwiseTile,
  productSums,
} from '../pointwise/product.ts';
import type { ProductShape } from '../pointwise/product.ts';
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
 * input's. Grid: [input pixels / `pointwiseTile`, rows of the table].
 * @param shape of a product of stride 1.
 */
export function pointwiseInputGradient(v: PointwiseGradientVariant, shape = plainShape): Program {
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
    code: v.strided ? strided : dense(v.activation, shape),
  };
}

const dense =
  (activation: Activation, shape: ProductShape) =>
  (subgroups: boolean): string => wgsl`
    ${productGradientRow.wgsl}
    ${productReaderRow.wgsl}
    ${readsNorm(activation) ? slotFunctions : ''}
    ${activation === 'none' ? '' : letsFunction(activation)}
    fn run(local : u32, group : vec3u) {
      let row = readProductGradient(params.table, group.y);
      let both = row.both;
      let plane = params.batch * params.inHeight * params.inWidth;
      ${firstPixel(shape)}
      ${unroll(pixelsEach(shape), (i) => `let pixel${i} = min(${pixelAt(shape, i)}, plane - 1u);`)}
      ${productSums(shape)}
      for (var r = 0u; r < row.count; r++) {
        let reader = readProductReader(row.readers, r);
        let firstQuad = reader.gradientQuad;
        let quads = reader.gradientQuads;
        let matrix = reader.weights;
        ${addProduct(shape, subgroups, (index) => `gradients[${index}]`)}
      }
      // Where there is no second quad the first is read twice, and written once.
      ${unroll(shape.outputs, (o) => `let quad${o} = ${o === 0 ? '0u' : 'select(0u, 1u, both)'};`)}
      ${unroll(shape.outputs, (o) => `let resultPlane${o} = (row.resultQuad + quad${o}) * plane;`)}
      ${activation === 'none' ? '' : masked(activation, shape)}
      if (row.add) {
        ${eachResult(shape, (o, i) => `sum${o}_${i} += results[resultPlane${o} + pixel${i}];`)}
      }
      ${eachResult(
        shape,
        (o, i) => wgsl`
          if (${pixelAt(shape, i)} < plane${o > 0 ? ' && both' : ''}) {
            results[resultPlane${o} + pixel${i}] = sum${o}_${i};
          }
        `,
      )}
    }
  `;

const masked = (activation: Activation, shape: ProductShape): string =>
  unroll(
    shape.outputs,
    (o) => wgsl`
      let inputPlane${o} = (row.inputQuad + quad${o}) * plane;
      ${readsNorm(activation) ? loadSlot(`row.slot + quad${o}`, `${o}`) : ''}
      ${unroll(pixelsEach(shape), (i) => {
        const seen = activated(activation, `inputs[inputPlane${o} + pixel${i}]`, {
          ...{ scale: `scale${o}`, shift: `shift${o}` },
        });
        return `sum${o}_${i} = select(vec4f(), sum${o}_${i}, lets(${seen}));`;
      })}
    `,
  );

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
    for (var k = 0u; k < ${pixelsEach(plainShape)}u; k++) {
      onePixel(group.x * ${pointwiseTile(plainShape)}u + k * ${pointwiseThreads}u + local, row);
    }
  }
`;
