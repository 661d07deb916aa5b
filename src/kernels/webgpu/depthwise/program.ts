/**
 * Depthwise convolutions of any supported kernel size, stride and dilation, many at once: every output quad has a table
 * row that names its input quad, its weights and its dilation. An activation, behind a batch norm's
 * scale and shift where there is one, is applied while the input is read.
 */
import { readsNorm } from '../activation.ts';
import type { Program } from '../wgsl-program.ts';
import { slotBinding, slotFunctions } from '../slots.ts';
import { unroll, wgsl } from '../wgsl.ts';
import { depthwiseRow } from './rows.ts';
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
} from './window.ts';
import type { DepthwiseClass, DepthwiseVariant, Window } from './window.ts';

/**
 * outputs[row.outputQuad] = depthwise(act(inputs[row.inputQuad]), weights[row.weights ..]), [quad][pixel]; weights lie as
 * [quad][tap]. Grid: [columns / 64, rows of the table].
 * @throws RangeError for a class that is not supported.
 */
export function depthwiseForward(v: DepthwiseVariant, c: DepthwiseClass): Program {
  checkDepthwise(v, c);
  const window: Window = {
    source: 'inputs',
    height: 'inHeight',
    width: 'inWidth',
    activate: (load) => activate(v, load),
    tap: (ky) => `${ky} * ${c.kernel}u + u32(tapX)`,
  };
  return {
    label: `depthwise ${depthwiseLabel(v, c.kernel)}`,
    bindings: [
      ['inputs', 'read', 'activation'],
      ['weights', 'read', 'vec4f'],
      ['outputs', 'read_write', 'activation'],
      ['tables', 'read', 'u32'],
      ...(readsNorm(v.activation) ? [slotBinding] : []),
    ],
    params: depthwiseParams,
    workgroupSize: 64,
    code: (subgroups) => wgsl`
      ${depthwiseRow.wgsl}
      ${slotFunctions}
      ${columnFunction(v.rows, columnsOf(v))}
      fn run(local : u32, group : vec3u) {
        let row = readDepthwiseRow(params.table, group.y);
        let dilation = row.dilation;
        let column = columnAt(group.x * 64u + local, params.height, params.width, u32(row.step));
        let taps = row.weights;
        let inHeight = i32(params.inHeight);
        let inWidth = i32(params.inWidth);
        let plane = (row.inputQuad * params.batch + column.image) * params.inHeight * params.inWidth;
        ${loadNorm(v, 'row.slot')}
        ${eachOutput(v, (c, r) => `var sum${c}_${r} = vec4f();`)}
        ${convolve(v, c, window, subgroups)}
        let out = (row.outputQuad * params.batch + column.image) * params.height * params.width + u32(column.x);
        let height = i32(params.height);
        ${unroll(v.rows, (r) => `let outY${r} = column.y + ${r} * row.step;`)}
        ${unroll(columnsOf(v), (c) => `let holds${c} = column.inside && column.x + ${c} * row.step < i32(params.width);`)}
        ${eachOutput(
          v,
          (c, r) => wgsl`
            if (holds${c} && outY${r} < height) {
              outputs[out + u32(outY${r}) * params.width${c > 0 ? ` + ${c}u * u32(row.step)` : ''}] = sum${c}_${r};
            }
          `,
        )}
      }
    `,
  };
}
