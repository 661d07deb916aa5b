/** What the programs of 1x1 convolutions share. */
import { sharedLoads, unroll, wgsl } from '../wgsl.ts';

/** What an invocation makes. */
export interface ProductShape {
  /** Output quads of a row, which share each load of an input: at most. Two of them, four pixels; one, eight. */
  readonly outputs: 1 | 2;
  /**
   * Its pixels lie side by side, which suits a software adapter's cache. Otherwise those of neighbouring invocations do, for
   * a graphics card to load at once.
   */
  readonly adjacent: boolean;
}

export const plainShape: ProductShape = { outputs: 1, adjacent: false };

export const pointwiseThreads = 64;

/** Pixels of one invocation: thirty-two vec4 multiply-adds in either shape, from eight loads of inputs or from four. */
export const pixelsEach = ({ outputs }: ProductShape): number => 8 / outputs;

/** Pixels of one workgroup. */
export const pointwiseTile = (shape: ProductShape): number => pixelsEach(shape) * pointwiseThreads;

/** Declares `out`, the first pixel of an invocation. */
export const firstPixel = (shape: ProductShape): string =>
  `let out = group.x * ${pointwiseTile(shape)}u + local${shape.adjacent ? ` * ${pixelsEach(shape)}u` : ''};`;

/** WGSL of the invocation's pixel `i`, which may lie behind the last one. */
export const pixelAt = ({ adjacent }: ProductShape, i: number): string =>
  `out + ${adjacent ? i : i * pointwiseThreads}u`;

/** `make(output, pixel)` for all that an invocation makes. */
export const eachResult = (
  shape: ProductShape,
  make: (output: number, pixel: number) => string,
): string => unroll(shape.outputs, (o) => unroll(pixelsEach(shape), (i) => make(o, i)));

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
 * sumO_I = sum over input quads of the weights of output O and the pixels pixel0, pixel1, .. Reads `firstQuad`, `quads`,
 * `plane` (vec4 of an input plane), `matrix` (first weight) and, with two outputs, `both` (whether there is a second).
 * @param load WGSL of an input by its index. @param eachQuad WGSL that declares what it needs of input quad `q`.
 */
export const product = (
  shape: ProductShape,
  subgroups: boolean,
  load: (index: string) => string,
  eachQuad = '',
): string => [productSums(shape), addProduct(shape, subgroups, load, eachQuad)].join('\n');

/** Declares sum0_0, sum0_1, .. */
export const productSums = (shape: ProductShape): string =>
  eachResult(shape, (o, i) => `var sum${o}_${i} = vec4f();`);

const lanes = ['x', 'y', 'z', 'w'];

/** Adds to sum0_0, sum0_1, .. what `product` says. */
export const addProduct = (
  shape: ProductShape,
  subgroups: boolean,
  load: (index: string) => string,
  eachQuad = '',
): string => wgsl`
  for (var q = 0u; q < quads; q++) {
    let base = (firstQuad + q) * plane;
    let at0 = matrix + q * 4u;
    ${shape.outputs === 2 ? 'let at1 = at0 + select(0u, quads * 4u, both);' : ''}
    ${eachQuad}
    ${unroll(shape.outputs, (o) => sharedLoads(subgroups, `weight${o}_`, 4, (i) => `weights[at${o} + ${i}]`))}
    ${unroll(pixelsEach(shape), (i) => `let value${i} = ${load(`base + pixel${i}`)};`)}
    ${eachResult(shape, (o, i) => `sum${o}_${i} += ${lanes.map((lane, k) => `value${i}.${lane} * weight${o}_${k}`).join(' + ')};`)}
  }
`;
