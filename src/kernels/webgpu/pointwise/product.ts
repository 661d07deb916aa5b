/** What the programs of 1x1 convolutions share. */
import { sharedLoads, unroll, wgsl } from '../wgsl.ts';

/** Pixels of one invocation: twelve vec4 loads (nine with subgroups) feed thirty-two vec4 multiply-adds. */
export const pointwisePixels = 8;
export const pointwiseThreads = 64;
/** Pixels of one workgroup. */
export const pointwiseTile = pointwisePixels * pointwiseThreads;

/** Sizes of the outputs (or of their gradient), and of the inputs. */
export const pointwiseParams = [
  'batch',
  'height',
  'width',
  'inHeight',
  'inWidth',
  'table',
] as const;

/** Declares `strided`: the input pixel of output pixel `index` at stride 2, and whether it lies inside the image. */
export const stridedFunction = wgsl`
  struct Strided {
    pixel : u32,
    inside : bool,
  }
  fn strided(index : u32, shift : u32) -> Strided {
    let x = (index % params.width) * 2u + shift;
    let y = ((index / params.width) % params.height) * 2u + shift;
    let image = index / (params.width * params.height);
    let row = image * params.inHeight + min(y, params.inHeight - 1u);
    return Strided(
      row * params.inWidth + min(x, params.inWidth - 1u),
      x < params.inWidth && y < params.inHeight,
    );
  }
`;

/**
 * sum0, sum1, .. = sum over input quads of weights and pixels pixel0, pixel1, .. Reads `firstQuad`, `quads`, `plane` (vec4
 * of an input plane) and `matrix` (first weight).
 * @param load WGSL of an input by its index. @param eachQuad WGSL that declares what it needs of input quad `q`.
 */
export const product = (
  subgroups: boolean,
  load: (index: string) => string,
  eachQuad = '',
): string => [productSums, addProduct(subgroups, load, eachQuad)].join('\n');

/** Declares sum0, sum1, .. */
export const productSums = unroll(pointwisePixels, (i) => `var sum${i} = vec4f();`);

/** Adds to sum0, sum1, .. what `product` says. */
export const addProduct = (
  subgroups: boolean,
  load: (index: string) => string,
  eachQuad = '',
): string => wgsl`
  for (var q = 0u; q < quads; q++) {
    let base = (firstQuad + q) * plane;
    let at = matrix + q * 4u;
    ${eachQuad}
    ${sharedLoads(subgroups, 'weight', 4, (i) => `weights[at + ${i}]`)}
    ${unroll(
      pointwisePixels,
      (i) => wgsl`
        let value${i} = ${load(`base + pixel${i}`)};
        sum${i} += value${i}.x * weight0 + value${i}.y * weight1 + value${i}.z * weight2 + value${i}.w * weight3;
      `,
    )}
  }
`;
