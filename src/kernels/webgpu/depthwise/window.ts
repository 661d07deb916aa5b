/**
 * What the depthwise programs share: the classes of code, columns of outputs, and the sum over a window.
 *
 * An invocation makes `rows` outputs of one quad in a column, so that each value it loads is used up to kernel times:
 * loads, not arithmetic, are what these programs cost. The outputs of a column lie `step` pixels apart, such that their
 * taps fall on the same inputs whatever the dilation: with stride 1, step = dilation. So dilation is a number in the
 * table and not a pipeline of its own. Kernel sizes are pipelines of their own: a software adapter executes every side
 * of a branch, and the body of every loop once, under masks.
 */
import { activated, readsNorm } from '../activation.ts';
import type { Activation } from '../activation.ts';
import { sharedLoads, sum, unroll, wgsl } from '../wgsl.ts';

/**
 * What code is made for. Padding is (kernel - 1) / 2 * dilation on every side. With stride 1 the table's dilation
 * counts, and one class serves every one.
 */
export interface DepthwiseClass {
  readonly kernel: number;
  readonly dilation: number;
}

export interface DepthwiseVariant {
  readonly stride: 1 | 2;
  /** Outputs an invocation makes, one below the other. */
  readonly rows: number;
  /** Columns of outputs an invocation makes at stride 1, as far apart as its rows: each value that is loaded serves both. */
  readonly columns?: 1 | 2;
  /** What happens to the input on reading. */
  readonly activation: Activation;
}

/** Kernel sizes that the programs are tested for. */
export const depthwiseKernels: readonly number[] = [3, 5, 7];

/** @throws RangeError for a convolution that the programs would not compute rightly. */
export function checkDepthwise(v: DepthwiseVariant, { kernel, dilation }: DepthwiseClass): void {
  if (!depthwiseKernels.includes(kernel))
    throw new RangeError(
      `no WebGPU program for a depthwise kernel of ${kernel}x${kernel}: ${depthwiseKernels.join(', ')} are supported`,
    );
  const most = v.stride === 1 ? Infinity : 2;
  if (!Number.isInteger(dilation) || dilation < 1 || dilation > most)
    throw new RangeError(
      `no WebGPU program for a depthwise convolution of dilation ${dilation} at stride ${v.stride}`,
    );
  if (!Number.isInteger(v.rows) || v.rows < 1 || (v.stride === 2 && v.rows % 2 !== 0))
    throw new RangeError(`${v.rows} rows an invocation at stride ${v.stride}`);
}

/** Inputs from one output of a column to the next, in dilations: step * stride / dilation. */
export const columnRatio = (v: DepthwiseVariant, c: DepthwiseClass): 1 | 2 =>
  v.stride === 2 && c.dilation % 2 === 1 ? 2 : 1;

/** Input rows that a column of outputs needs. */
export const windowRows = (v: DepthwiseVariant, c: DepthwiseClass): number =>
  (v.rows - 1) * columnRatio(v, c) + c.kernel;

/** Pixels between the outputs of a column. */
export function depthwiseStep(stride: 1 | 2, dilation: number): number {
  return stride === 1 || dilation % 2 === 1 ? dilation : dilation / 2;
}

/** Tiles of `rows` outputs that cover `size` outputs, for the largest step that is in use. */
export function tilesAlong(size: number, rows: number, largestStep: number): number {
  let most = 0;
  for (let step = 1; step <= largestStep; step++)
    most = Math.max(most, Math.ceil(size / (rows * step)) * step);
  return most;
}

/** Sizes of the outputs (or of their gradient), and of the inputs. */
export const depthwiseParams = [
  'batch',
  'height',
  'width',
  'inHeight',
  'inWidth',
  'table',
] as const;

/** Name in profiles. */
export const depthwiseLabel = (v: DepthwiseVariant, ...kernels: number[]): string =>
  `${kernels.map((k) => `${k}x${k}`).join(' ')} ${v.activation} s${v.stride}`;

/** Columns of outputs of an invocation. */
export const columnsOf = ({ stride, columns = 1 }: DepthwiseVariant): 1 | 2 =>
  stride === 1 ? columns : 1;

/** `make(column, row)` for every output of an invocation. */
export const eachOutput = (
  v: DepthwiseVariant,
  make: (column: number, row: number) => string,
): string => unroll(columnsOf(v), (c) => unroll(v.rows, (r) => make(c, r)));

/**
 * Invocations for a quad of one image.
 * @param largestStep of the steps that are in use.
 */
export const columnsAlong = (
  v: DepthwiseVariant,
  height: number,
  width: number,
  largestStep: number,
): number => {
  const across = columnsOf(v) === 1 ? width : tilesAlong(width, columnsOf(v), largestStep);
  return tilesAlong(height, v.rows, largestStep) * across;
};

/** Declares `columnAt`: which outputs invocation `index` makes. */
export const columnFunction = (rows: number, columns: 1 | 2 = 1): string => wgsl`
  struct Column {
    image : u32,
    y : i32,
    x : i32,
    inside : bool,
  }
  fn columnAt(index : u32, height : u32, width : u32, step : u32) -> Column {
    let block = ${rows}u * step;
    let down = (height + block - 1u) / block * step;
    let across = ${columns === 1 ? 'width' : `(width + ${columns}u * step - 1u) / (${columns}u * step) * step`};
    let image = index / (down * across);
    let i = index / across % down;
    let y = i32(i / step * block + i % step);
    let j = index % across;
    let x = ${columns === 1 ? 'j' : `j / step * (${columns}u * step) + j % step`};
    return Column(min(image, params.batch - 1u), y, i32(x), image < params.batch);
  }
`;

/**
 * Rows of a plane at `first`, first + dilation, ..: yI, where they begin (rowI), and insideI, 0 outside of the plane. A
 * factor, since a choice between vectors costs a software adapter three times a product; what is read there is some
 * value of the plane.
 */
export const planeRows = (count: number, height: string, width: string): string =>
  unroll(
    count,
    (r) => wgsl`
      let y${r} = first + ${r} * dilation;
      let inside${r} = select(0.0, 1.0, y${r} >= 0 && y${r} < ${height});
      let row${r} = plane + u32(clamp(y${r}, 0, ${height} - 1)) * u32(${width});
    `,
  );

/** The loaded value as the convolution sees it. */
export const activate = ({ activation }: DepthwiseVariant, load: string): string =>
  activated(activation, load);

/** Declares scale and shift where the input goes through a norm. */
export const loadNorm = (v: DepthwiseVariant, slot: string): string =>
  readsNorm(v.activation)
    ? wgsl`
        let scale = slots[scaleOf(${slot})];
        let shift = slots[shiftOf(${slot})];
      `
    : '';

export interface Window {
  /** Buffer that is read, and the size of its planes. */
  readonly source: string;
  readonly height: string;
  readonly width: string;
  readonly activate: (load: string) => string;
  /** WGSL of the index of tap (ky, tapX), ky a u32 expression, tapX a variable. */
  readonly tap: (ky: string) => string;
}

/**
 * Adds a convolution to sum0_0, sum0_1, .. ([column][row]): for each column of taps, one column of inputs. With two columns
 * of outputs a column of inputs meets the second with the taps that met the first one column before: one more column of
 * inputs serves both. Reads `column`, `plane` (where the source's plane begins), `taps` (first tap) and `dilation`.
 */
export function convolve(
  v: DepthwiseVariant,
  c: DepthwiseClass,
  window: Window,
  subgroups: boolean,
): string {
  const { kernel } = c;
  const ratio = columnRatio(v, c);
  const rows = windowRows(v, c);
  const half = (kernel - 1) / 2;
  const two = columnsOf(v) === 2;
  return wgsl`
    let first = column.y * ${v.stride} - ${half} * dilation;
    ${planeRows(rows, window.height, window.width)}
    ${two ? unroll(kernel, (ky) => `var before${ky} = vec4f();`) : ''}
    for (var kx = 0; kx < ${two ? kernel + 1 : kernel}; kx++) {
      let tapX = ${two ? `min(kx, ${kernel - 1})` : 'kx'};
      let x = column.x * ${v.stride} + (kx - ${half}) * dilation;
      let inside = select(0.0, 1.0, x >= 0 && x < ${window.width});
      let at = u32(clamp(x, 0, ${window.width} - 1));
      ${unroll(rows, (r) => `let value${r} = ${window.activate(`${window.source}[row${r} + at]`)} * inside${r};`)}
      ${sharedLoads(subgroups, 'weight', kernel, (ky) => `weights[taps + ${window.tap(ky)}]`)}
      ${two ? `let insideFirst = select(0.0, inside, kx < ${kernel});` : ''}
      ${unroll(kernel, (ky) => `let tap0_${ky} = weight${ky} * ${two ? 'insideFirst' : 'inside'};`)}
      ${
        two
          ? unroll(
              kernel,
              (ky) => wgsl`
                let tap1_${ky} = before${ky} * inside;
                before${ky} = weight${ky};
              `,
            )
          : ''
      }
      ${eachOutput(v, (col, r) => `sum${col}_${r} += ${sum(kernel, (ky) => `value${r * ratio + ky} * tap${col}_${ky}`)};`)}
    }
  `;
}
