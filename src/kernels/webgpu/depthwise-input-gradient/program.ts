/**
 * Gradient of depthwise convolutions towards their input: a gather, so nothing is added twice and no atomics are needed.
 */
import {
  activate,
  checkDepthwise,
  columnFunction,
  columnsOf,
  convolve,
  depthwiseLabel,
  depthwiseParams,
  eachOutput,
  loadNorm,
} from '../depthwise/window.ts';
import type { DepthwiseClass, DepthwiseVariant } from '../depthwise/window.ts';
import { letsFunction, readsNorm } from '../activation.ts';
import type { Program } from '../wgsl-program.ts';
import { slotBinding, slotFunctions } from '../slots.ts';
import { sequence, unroll, wgsl } from '../wgsl.ts';
import { readerListRow, readerRow, readQuadRow } from './rows.ts';

/**
 * results[quad] (+)= act'(input) * sum over the convolutions that read this quad of the transposed convolution of their
 * gradient. The readers of one row have one dilation; `add` = 1 in the passes after the first. height, width are the
 * gradient's; the result's are inHeight, inWidth. Grid: [columns of the input / 64, rows of the table].
 * @param classes kernel classes; each row names a list of readers for every one of them.
 * @throws RangeError for a class that is not supported.
 */
export function depthwiseInputGradient(
  v: DepthwiseVariant,
  classes: readonly DepthwiseClass[],
): Program {
  for (const c of classes) checkDepthwise(v, c);
  const gather = v.stride === 1 ? gatherDense : gatherStrided;
  const rows = (make: (r: number) => string): string => unroll(v.rows, make);
  return {
    label: `depthwise input gradient ${depthwiseLabel(v, ...classes.map((c) => c.kernel))}`,
    bindings: [
      ['gradients', 'read', 'activation'],
      ['weights', 'read', 'vec4f'],
      ['inputs', 'read', 'activation'],
      ['results', 'read_write', 'activation'],
      ['tables', 'read', 'u32'],
      ...(readsNorm(v.activation) ? [slotBinding] : []),
    ],
    params: [...depthwiseParams, 'add'],
    workgroupSize: 64,
    code: (subgroups) => wgsl`
      ${readQuadRow.wgsl}
      ${readerListRow.wgsl}
      ${readerRow.wgsl}
      ${slotFunctions}
      ${columnFunction(v.rows, columnsOf(v))}
      ${v.activation === 'none' ? '' : letsFunction(v.activation)}
      fn run(local : u32, group : vec3u) {
        let quad = readReadQuad(params.table, group.y);
        let dilation = quad.dilation;
        let step = ${v.stride === 1 ? 'dilation' : '1'};
        let column = columnAt(group.x * 64u + local, params.inHeight, params.inWidth, u32(step));
        let height = i32(params.height);
        let width = i32(params.width);
        ${eachOutput(v, (c, r) => `var sum${c}_${r} = vec4f();`)}
        ${classes
          .map(
            (c, i) => wgsl`
              let list${i} = readReaderList(quad.lists, ${i}u);
              for (var i = 0u; i < list${i}.count; i++) {
                let reader = readReader(list${i}.readers, i);
                let plane = (reader.gradientQuad * params.batch + column.image) * params.height * params.width;
                let taps = reader.weights;
                ${gather(v, c, subgroups)}
              }
            `,
          )
          .join('\n')}
        ${loadNorm(v, 'quad.slot')}
        let area = params.inHeight * params.inWidth;
        let read = (quad.inputQuad * params.batch + column.image) * area + u32(column.x);
        let out = (quad.outputQuad * params.batch + column.image) * area + u32(column.x);
        let inHeight = i32(params.inHeight);
        ${rows(
          (r) => wgsl`
            let outY${r} = column.y + ${r} * step;
            let at0_${r} = u32(min(outY${r}, inHeight - 1)) * params.inWidth;
          `,
        )}
        ${unroll(columnsOf(v), (c) => `let holds${c} = column.inside && column.x + ${c} * step < i32(params.inWidth);`)}
        ${
          columnsOf(v) === 2
            ? wgsl`
                // Outside of the plane the first column's is read, and nothing written.
                let across = select(0u, u32(step), holds1);
                ${rows((r) => `let at1_${r} = at0_${r} + across;`)}
              `
            : ''
        }
        ${
          v.activation === 'none'
            ? ''
            : eachOutput(
                v,
                (c, r) =>
                  `sum${c}_${r} = select(vec4f(), sum${c}_${r}, lets(${activate(v, `inputs[read + at${c}_${r}]`)}));`,
              )
        }
        if (params.add != 0u) {
          ${eachOutput(v, (c, r) => `sum${c}_${r} += results[out + at${c}_${r}];`)}
        }
        ${eachOutput(
          v,
          (c, r) => wgsl`
            if (holds${c} && outY${r} < inHeight) {
              results[out + at${c}_${r}] = sum${c}_${r};
            }
          `,
        )}
      }
    `,
  };
}

/** Stride 1: the forward convolution with the kernel turned around. */
function gatherDense(v: DepthwiseVariant, c: DepthwiseClass, subgroups: boolean): string {
  const last = c.kernel * c.kernel - 1;
  return convolve(
    v,
    c,
    {
      source: 'gradients',
      height: 'height',
      width: 'width',
      activate: (load) => load,
      tap: (ky) => `${last}u - ${ky} * ${c.kernel}u - u32(tapX)`,
    },
    subgroups,
  );
}

/** Stride 2: only taps whose offset has the pixel's parity reach an output. A column starts at an even row. */
function gatherStrided(v: DepthwiseVariant, { kernel, dilation }: DepthwiseClass): string {
  const padding = ((kernel - 1) / 2) * dilation;
  // Output rows needed: (column row + padding - tap) / 2 for even numerators, relative to column.y / 2.
  const numerator = (r: number, ky: number): number => r + padding - ky * dilation;
  const halves = sequence(v.rows)
    .flatMap((r) => sequence(kernel).map((ky) => numerator(r, ky)))
    .filter((o) => o % 2 === 0)
    .map((o) => o / 2);
  const low = Math.min(...halves);
  const count = Math.max(...halves) - low + 1;
  const tapRow = (ky: number): string => {
    const reached = sequence(v.rows).filter((r) => numerator(r, ky) % 2 === 0);
    if (reached.length === 0) return '';
    return wgsl`
      let tap${ky} = weights[taps + u32(${ky * kernel} + kx)];
      ${reached.map((r) => `sum0_${r} += value${numerator(r, ky) / 2 - low} * tap${ky};`).join('\n')}
    `;
  };
  return wgsl`
    let start = column.y / 2 + ${low};
    ${unroll(
      count,
      (r) => wgsl`
        let y${r} = start + ${r};
        let inside${r} = y${r} >= 0 && y${r} < height;
        let row${r} = plane + u32(clamp(y${r}, 0, height - 1)) * u32(width);
      `,
    )}
    for (var kx = 0; kx < ${kernel}; kx++) {
      let twice = column.x + ${padding} - kx * ${dilation};
      let x = twice / 2;
      if ((twice & 1) == 0 && x >= 0 && x < width) {
        ${unroll(count, (r) => `let value${r} = select(vec4f(), gradients[row${r} + u32(x)], inside${r});`)}
        ${sequence(kernel).map(tapRow).filter(Boolean).join('\n')}
      }
    }
  `;
}
