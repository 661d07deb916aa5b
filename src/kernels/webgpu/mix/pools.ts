/** The pools of a column of pixels, computed while they are mixed and never stored. */
import { unroll, wgsl } from '../wgsl.ts';
import { mixRows } from './variant.ts';
import type { MixVariant } from './variant.ts';

/**
 * Declares `poolsOf`: for each output of a column the pixel itself, average and maximum of the 3x3 window around it
 * (padding is not counted and never wins), and which pixel of the window won, one byte a channel.
 * @param states buffer of the states.
 */
export const poolFunctions = (states: string, v: MixVariant): string => wgsl`
  struct Pools {
    ${unroll(
      mixRows,
      (r) => wgsl`
        here${r} : vec4f,
        average${r} : vec4f,
        maximum${r} : vec4f,
        winner${r} : u32,
      `,
    )}
  }
  fn packBytes(bytes : vec4u) -> u32 {
    return bytes.x | (bytes.y << 8u) | (bytes.z << 16u) | (bytes.w << 24u);
  }
  fn poolsOf(quad : u32, image : u32, top : i32, left : i32) -> Pools {
    var out : Pools;
    let inHeight = i32(params.inHeight);
    let inWidth = i32(params.inWidth);
    let plane = (quad * params.batch + image) * params.inHeight * params.inWidth;
    let lowest = vec4f(-3.4e38);
    ${unroll(
      3,
      (c) => wgsl`
        let x${c} = left * ${v.stride} - 1 + ${c};
        let insideX${c} = x${c} >= 0 && x${c} < inWidth;
        let column${c} = u32(clamp(x${c}, 0, inWidth - 1));
      `,
    )}
    let across = f32(u32(insideX0) + u32(insideX1) + u32(insideX2));
    // Each row's three pixels once, for all the windows that hold the row. The first of equal pixels wins.
    ${unroll((mixRows - 1) * v.stride + 3, (r) => poolRow(states, v, r))}
    ${unroll(mixRows, (r) => window(v, r))}
    return out;
  }
`;

const poolRow = (states: string, v: MixVariant, r: number): string => wgsl`
  let y${r} = top * ${v.stride} - 1 + ${r};
  let insideY${r} = y${r} >= 0 && y${r} < inHeight;
  let row${r} = plane + u32(clamp(y${r}, 0, inHeight - 1)) * params.inWidth;
  let left${r} = ${states}[row${r} + column0];
  let middle${r} = ${states}[row${r} + column1];
  let right${r} = ${states}[row${r} + column2];
  let rowSum${r} = select(vec4f(), select(vec4f(), left${r}, insideX0) + middle${r} + select(vec4f(), right${r}, insideX2), insideY${r});
  let leftMost${r} = select(lowest, left${r}, insideY${r} && insideX0);
  let middleMost${r} = select(lowest, middle${r}, insideY${r} && insideX1);
  let rightMost${r} = select(lowest, right${r}, insideY${r} && insideX2);
  let twoMost${r} = max(leftMost${r}, middleMost${r});
  let most${r} = max(twoMost${r}, rightMost${r});
  let place${r} = select(select(vec4u(), vec4u(1u), middleMost${r} > leftMost${r}), vec4u(2u), rightMost${r} > twoMost${r});
`;

const window = (v: MixVariant, r: number): string => {
  const [a, b, c] = [0, 1, 2].map((i) => r * v.stride + i) as [number, number, number];
  return wgsl`
    let down${r} = f32(u32(insideY${a}) + u32(insideY${b}) + u32(insideY${c}));
    let upperMost${r} = max(most${a}, most${b});
    let upperPlace${r} = select(place${a}, place${b} + 3u, most${b} > most${a});
    out.here${r} = middle${b};
    out.average${r} = (rowSum${a} + rowSum${b} + rowSum${c}) / max(across * down${r}, 1.0);
    out.maximum${r} = max(upperMost${r}, most${c});
    out.winner${r} = packBytes(select(upperPlace${r}, place${c} + 6u, most${c} > upperMost${r}));
  `;
};
