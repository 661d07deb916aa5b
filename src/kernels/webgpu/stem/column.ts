/** What the programs of the stem share. The image is one quad (up to four channels). */
import { unroll, wgsl } from '../wgsl.ts';

/** Outputs of one invocation, one below the other. */
export const stemRows = 4;

/** Declares `columnAt`: which outputs invocation `index` makes. */
export const stemColumnFunction = wgsl`
  struct Column {
    image : u32,
    y : i32,
    x : i32,
    inside : bool,
  }
  fn columnAt(index : u32) -> Column {
    let down = (params.height + ${stemRows - 1}u) / ${stemRows}u;
    let image = index / (down * params.width);
    let y = i32((index / params.width) % down * ${stemRows}u);
    return Column(image, y, i32(index % params.width), image < params.batch);
  }
`;

/** Rows of column `x<c>` of the image, zero outside: value0_c, value1_c, .. */
export const stemColumn = (c: number): string =>
  unroll(
    stemRows + 2,
    (r) => wgsl`
      let y${r}_${c} = column.y - 1 + ${r};
      let inside${r}_${c} = y${r}_${c} >= 0 && y${r}_${c} < height && x${c} >= 0 && x${c} < width;
      let at${r}_${c} = u32(clamp(y${r}_${c}, 0, height - 1)) * params.width + u32(clamp(x${c}, 0, width - 1));
      let value${r}_${c} = select(vec4f(), images[plane + at${r}_${c}], inside${r}_${c});
    `,
  );
