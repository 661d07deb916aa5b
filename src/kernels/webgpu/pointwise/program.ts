/**
 * 1x1 convolutions as matrix products over quads, many at once: each output quad has a table row that names the range of
 * input quads it reads and its weights. The input gradient is the same program over transposed weights.
 */
import { activated, activationLabel, readsNorm } from '../activation.ts';
import type { Activation } from '../activation.ts';
import { slotBinding, slotFunctions } from '../slots.ts';
import type { Program } from '../wgsl-program.ts';
import { unroll, wgsl } from '../wgsl.ts';
import {
  pointwiseParams,
  pointwisePixels,
  pointwiseThreads,
  pointwiseTile,
  product,
  stridedFunction,
} from './product.ts';
import { pointwiseRow } from './rows.ts';

export interface PointwiseVariant {
  /** What happens to the input on reading. */
  readonly activation: Activation;
  /** Stride 2: output (y, x) reads input (2y + shift, 2x + shift); outside reads zero (factorized reduce). */
  readonly strided: boolean;
}

export const pointwiseLabel = (v: PointwiseVariant): string =>
  `${activationLabel(v.activation)}${v.strided ? ' s2' : ''}`;

/** Declares scale and shift of a slot. */
export const loadSlot = (slot: string, end = ''): string => wgsl`
  let scale${end} = slots[scaleOf(${slot})];
  let shift${end} = slots[shiftOf(${slot})];
`;

/** outputs[outputQuad + row] = W inputs, over the row's input quads. Grid: [pixels / 512, rows of the table]. */
export function pointwiseForward(v: PointwiseVariant): Program {
  const pixel = (i: number): string => `min(out + ${i * pointwiseThreads}u, pixels - 1u)`;
  const result = (i: number): string =>
    v.strided ? `select(vec4f(), sum${i}, strided${i}.inside)` : `sum${i}`;
  return {
    label: `pointwise${pointwiseLabel(v)}`,
    bindings: [
      ['inputs', 'read', 'activation'],
      ['weights', 'read', 'vec4f'],
      ['outputs', 'read_write', 'activation'],
      ['tables', 'read', 'u32'],
      ...(readsNorm(v.activation) ? [slotBinding] : []),
    ],
    params: [...pointwiseParams, 'outputQuad'],
    workgroupSize: pointwiseThreads,
    code: (subgroups) => wgsl`
      ${pointwiseRow.wgsl}
      ${readsNorm(v.activation) ? slotFunctions : ''}
      ${v.strided ? stridedFunction : ''}
      fn run(local : u32, group : vec3u) {
        let row = readPointwiseRow(params.table, group.y);
        let firstQuad = row.inputQuad;
        let quads = row.inputQuads;
        let matrix = row.weights;
        let pixels = params.batch * params.height * params.width;
        let plane = params.batch * params.inHeight * params.inWidth;
        let out = group.x * ${pointwiseTile}u + local;
        ${unroll(pointwisePixels, (i) =>
          v.strided
            ? wgsl`
                let strided${i} = strided(${pixel(i)}, row.shift);
                let pixel${i} = strided${i}.pixel;
              `
            : `let pixel${i} = ${pixel(i)};`,
        )}
        ${product(subgroups, (index) => activated(v.activation, `inputs[${index}]`), readsNorm(v.activation) ? loadSlot('row.slot + q') : '')}
        let outputPlane = (params.outputQuad + group.y) * pixels;
        ${unroll(
          pointwisePixels,
          (i) => wgsl`
            if (out + ${i * pointwiseThreads}u < pixels) {
              outputs[outputPlane + out + ${i * pointwiseThreads}u] = ${result(i)};
            }
          `,
        )}
      }
    `,
  };
}
