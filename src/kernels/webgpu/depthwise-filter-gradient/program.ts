/** Gradient of depthwise convolutions towards their taps. */
import {
  activate,
  checkDepthwise,
  columnFunction,
  columnRatio,
  depthwiseLabel,
  depthwiseParams,
  loadNorm,
  planeRows,
  windowRows,
} from '../depthwise/window.ts';
import type { DepthwiseClass, DepthwiseVariant } from '../depthwise/window.ts';
import { readsNorm } from '../activation.ts';
import type { Program } from '../wgsl-program.ts';
import { slotBinding, slotFunctions } from '../slots.ts';
import { sum, unroll, wgsl } from '../wgsl.ts';
import { tapsRow } from './rows.ts';

/** Columns of a kernel's taps whose gradients one invocation sums, where it may hold `taps` sums: at least one. */
export function filterColumns(kernel: number, taps: number): number {
  return Math.min(kernel, Math.max(1, Math.floor(taps / kernel)));
}

/**
 * Partial sums of dL/dw over one chunk of the pixels, for `columns` columns of a quad's taps (`filterColumns`): the more
 * of them, the less often a gradient is loaded, and the more there is to compile.
 * results[row.result + chunk * chunkStride + tap]. One barrier, then one invocation a tap adds the shares.
 * Grid: [chunks, rows of the table].
 * @param threads invocations of a workgroup.
 * @throws RangeError for a class that is not supported.
 */
export function depthwiseFilterGradient(
  v: DepthwiseVariant,
  c: DepthwiseClass,
  threads: number,
  columns: number,
): Program {
  checkDepthwise(v, c);
  const { kernel } = c;
  const taps = columns * kernel;
  const ratio = columnRatio(v, c);
  const rows = windowRows(v, c);
  const half = (kernel - 1) / 2;
  const tapColumn = (j: number): string => wgsl`
    {
      let x = column.x * ${v.stride} + (row.column + ${j} - ${half}) * dilation;
      let inside = select(0.0, 1.0, x >= 0 && x < inWidth);
      let at = u32(clamp(x, 0, inWidth - 1));
      ${unroll(rows, (r) => `let value${r} = ${activate(v, `inputs[row${r} + at]`)} * inside${r};`)}
      ${unroll(kernel, (ky) => `sum${j * kernel + ky} += (${sum(v.rows, (r) => `value${r * ratio + ky} * gradient${r}`)}) * inside;`)}
    }
  `;
  return {
    label: `depthwise filter gradient ${depthwiseLabel(v, kernel)}`,
    bindings: [
      ['inputs', 'read', 'activation'],
      ['gradients', 'read', 'activation'],
      ['results', 'read_write', 'vec4f'],
      ['tables', 'read', 'u32'],
      ...(readsNorm(v.activation) ? [slotBinding] : []),
    ],
    params: [...depthwiseParams, 'chunks', 'chunkStride'],
    workgroupSize: threads,
    code: wgsl`
      ${tapsRow.wgsl}
      ${slotFunctions}
      ${columnFunction(v.rows)}
      var<workgroup> shares : array<vec4f, ${taps * threads}>;
      fn run(local : u32, group : vec3u) {
        let row = readTapsRow(params.table, group.y);
        let dilation = row.dilation;
        let height = i32(params.height);
        let inHeight = i32(params.inHeight);
        let inWidth = i32(params.inWidth);
        let block = ${v.rows}u * u32(row.step);
        let columns = params.batch * ((params.height + block - 1u) / block * u32(row.step)) * params.width;
        ${loadNorm(v, 'row.slot')}
        ${unroll(taps, (i) => `var sum${i} = vec4f();`)}
        for (var i = group.x * ${threads}u + local; i < columns; i += params.chunks * ${threads}u) {
          let column = columnAt(i, params.height, params.width, u32(row.step));
          let plane = (row.inputQuad * params.batch + column.image) * params.inHeight * params.inWidth;
          let above = (row.gradientQuad * params.batch + column.image) * params.height * params.width + u32(column.x);
          ${unroll(
            v.rows,
            (r) => wgsl`
              let outY${r} = column.y + ${r} * row.step;
              let gradient${r} = select(vec4f(), gradients[above + u32(min(outY${r}, height - 1)) * params.width], outY${r} < height);
            `,
          )}
          let first = column.y * ${v.stride} - ${half} * dilation;
          ${planeRows(rows, 'inHeight', 'inWidth')}
          ${unroll(columns, tapColumn)}
        }
        ${unroll(taps, (i) => `shares[${i * threads}u + local] = sum${i};`)}
        workgroupBarrier();
        for (var tap = local; tap < ${taps}u; tap += ${threads}u) {
          let kx = u32(row.column) + tap / ${kernel}u;
          // The last group of columns may reach past the kernel.
          if (kx >= ${kernel}u) {
            continue;
          }
          var total = vec4f();
          for (var i = 0u; i < ${threads}u; i++) {
            total += shares[tap * ${threads}u + i];
          }
          results[row.result + group.x * params.chunkStride + tap % ${kernel}u * ${kernel}u + kx] = total;
        }
      }
    `,
  };
}
