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
  eachResult,
  firstPixel,
  pixelAt,
  pixelsEach,
  plainShape,
  pointwiseParams,
  pointwiseThreads,
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

/** outputs[row.outputQuad ..] = W inputs, over the row's input quads. Grid: [pixels / `pointwiseTile`, rows of the table]. */
export function pointwiseForward(v: PointwiseVariant, shape = plainShape): Program {
  const pixel = (i: number): string => `min(${pixelAt(shape, i)}, pixels - 1u)`;
  const store = (o: number, i: number): string => wgsl`
    if (${pixelAt(shape, i)} < pixels${o > 0 ? ' && both' : ''}) {
      outputs[outputPlane${o} + ${pixelAt(shape, i)}] = ${v.strided ? `select(vec4f(), sum${o}_${i}, strided${i}.inside)` : `sum${o}_${i}`};
    }
  `;
  return {
    label: `pointwise${pointwiseLabel(v)}`,
    bindings: [
      ['inputs', 'read', 'activation'],
      ['weights', 'read', 'vec4f'],
      ['outputs', 'read_write', 'activation'],
      ['tables', 'read', 'u32'],
      ...(readsNorm(v.activation) ? [slotBinding] : []),
    ],
    params: pointwiseParams,
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
        let both = row.both;
        let pixels = params.batch * params.height * params.width;
        let plane = params.batch * params.inHeight * params.inWidth;
        ${firstPixel(shape)}
        ${unroll(pixelsEach(shape), (i) =>
          v.strided
            ? wgsl`
                let strided${i} = strided(${pixel(i)}, row.shift);
                let pixel${i} = strided${i}.pixel;
              `
            : `let pixel${i} = ${pixel(i)};`,
        )}
        ${product(shape, subgroups, (index) => activated(v.activation, `inputs[${index}]`), readsNorm(v.activation) ? loadSlot('row.slot + q') : '')}
        ${unroll(shape.outputs, (o) => `let outputPlane${o} = (row.outputQuad + ${o}u) * pixels;`)}
        ${eachResult(shape, store)}
      }
    `,
  };
}
