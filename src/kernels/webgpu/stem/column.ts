/** What the programs of the stem share. The image is one quad (up to four channels). */
import { unroll, wgsl } from '../wgsl.ts';

/** Outputs of one invocation, one below the other: few enough that a software adapter's compiler can place what they read. */
export const stemRows = (stride: 1 | 2): number => (stride === 1 ? 4 : 2);

/** Declares `columnAt`: which outputs invocation `index` makes. */
export const stemColumnFunction = (stride: 1 | 2): string => wgsl`
  struct Column {
    image : u32,
    y : i32,
    x : i32,
    inside : bool,
  }
  fn columnAt(index : u32) -> Column {
    let down = (params.height + ${stemRows(stride) - 1}u) / ${stemRows(stride)}u;
    let image = index / (down * params.width);
    let y = i32((index / params.width) % down * ${stemRows(stride)}u);
    return Column(image, y, i32(index % params.width), image < params.batch);
  }
`;

/** Sizes of the outputs, and of the image. */
export const stemParams = ['batch', 'height', 'width', 'inHeight', 'inWidth'] as const;

/** Rows of column `x<c>` of the image, zero outside: value0_c, value1_c, .. Reads `inHeight` and `inWidth`. */
export const stemColumn = (c: number, stride: 1 | 2): string =>
  unroll(
    (stemRows(stride) - 1) * stride + 3,
    (r) => wgsl`
      let y${r}_${c} = column.y * ${stride} - 1 + ${r};
      let inside${r}_${c} = y${r}_${c} >= 0 && y${r}_${c} < inHeight && x${c} >= 0 && x${c} < inWidth;
      let at${r}_${c} = u32(clamp(y${r}_${c}, 0, inHeight - 1)) * params.inWidth + u32(clamp(x${c}, 0, inWidth - 1));
      let value${r}_${c} = select(vec4f(), images[plane + at${r}_${c}], inside${r}_${c});
    `,
  );
