/** The backward pass of batch norm and gate: both reductions and the input gradient, in place. */
import { reducePairFunction } from '../norm/reduce.ts';
import { ownPixels, sharesBinding, sharesSum, writeShare } from '../norm/shares.ts';
import type { Program } from '../wgsl-program.ts';
import { slotFunctions } from '../slots.ts';
import { wgsl } from '../wgsl.ts';
import { normBackwardRow } from './rows.ts';

/**
 * `whole`: a workgroup per quad. Or two dispatches of a workgroup per quad and chunk: `sums` leaves shares, `gradient` adds them.
 */
export type NormBackwardPart = 'whole' | 'sums' | 'gradient';

/**
 * With u the upstream gradient: leaves sum(u) and sum(u x^) in the slot, from which all gradients of gamma, beta, gate and
 * alpha follow, and overwrites `inputs` by its gradient, times the operation's coefficient. Grid: [rows of the table, chunks].
 * @param threads invocations of a workgroup.
 * @param dropPath every row has a coefficient, and u is multiplied by
 * coefficients[params.factors + coefficient * batch + image].
 */
export function normBackward(
  threads: number,
  dropPath = false,
  part: NormBackwardPart = 'whole',
): Program {
  const kept = (upstream: string): string =>
    dropPath ? `${upstream} * coefficients[factors + i / area]` : upstream;
  const aligned = kept('upstream[source + i]');
  const gathered = kept('gathered(row.lanes, i)');
  const pixels =
    part === 'whole' ? `var i = local; i < params.pixels; i += ${threads}u` : ownPixels(threads);
  /** A loop each for aligned and gathered quads: a software adapter executes every side of a branch. */
  const overPixels = (body: (value: string) => string): string => wgsl`
    if (row.aligned != NONE) {
      for (${pixels}) {
        ${body(aligned)}
      }
    } else {
      for (${pixels}) {
        ${body(gathered)}
      }
    }
  `;
  // Sums of u and u (x - mean): the division by the deviation comes after the loop.
  const addPixels = wgsl`
    var sum = vec4f();
    var weighted = vec4f();
    ${overPixels(
      (value) => wgsl`
        let u = ${value};
        sum += u;
        weighted += u * (inputs[plane + i] - mean);
      `,
    )}
  `;
  const gradient = wgsl`
    var coefficient = 1.0;
    if (row.coefficient != NONE) {
      coefficient = coefficients[row.coefficient];
    }
    let factor = coefficient * slots[gammaOf(slot)] * gate * slots[rstdOf(slot)];
    let count = f32(params.pixels);
    let average = total[0] / count;
    let slope = rstd * total[1] / count;
    ${overPixels(
      (value) =>
        `inputs[plane + i] = factor * (${value} - average - slope * (inputs[plane + i] - mean));`,
    )}
    if (local == 0u && group.y == 0u) {
      slots[sumOf(slot)] = total[0];
      slots[sumNormalizedOf(slot)] = total[1];
    }
  `;
  const steps: Readonly<Record<NormBackwardPart, readonly string[]>> = {
    whole: [addPixels, 'let total = reducePair(local, sum, weighted * rstd);', gradient],
    sums: [addPixels, writeShare('sum', 'weighted * rstd')],
    gradient: [sharesSum(threads), gradient],
  };
  const name = { whole: '', sums: ' sums', gradient: ' gradient' }[part];
  return {
    label: `norm backward${name}${dropPath ? ' drop-path' : ''}`,
    bindings: [
      ['inputs', 'read_write', 'activation'],
      ['upstream', 'read', 'activation'],
      ['slots', 'read_write', 'vec4f'],
      ['coefficients', 'read', 'f32'],
      ['tables', 'read', 'u32'],
      ...(part === 'whole' ? [] : [sharesBinding(part === 'sums' ? 'read_write' : 'read')]),
    ],
    params: [
      ...['pixels', 'table'],
      ...(dropPath ? ['factors', 'batch'] : []),
      ...(part === 'whole' ? [] : ['chunks']),
    ],
    workgroupSize: threads,
    code: wgsl`
      ${normBackwardRow.wgsl}
      ${slotFunctions}
      ${reducePairFunction(threads)}
      fn oneLane(source : u32, pixel : u32) -> f32 {
        if (source == NONE) {
          return 0.0;
        }
        return upstream[(source >> 2u) * params.pixels + pixel][source & 3u];
      }
      fn gathered(lanes : vec4u, pixel : u32) -> vec4f {
        return vec4f(
          oneLane(lanes.x, pixel),
          oneLane(lanes.y, pixel),
          oneLane(lanes.z, pixel),
          oneLane(lanes.w, pixel),
        );
      }
      fn run(local : u32, group : vec3u) {
        let row = readNormBackwardRow(params.table, group.x);
        let slot = row.slot;
        let plane = row.inputQuad * params.pixels;
        let source = row.aligned * params.pixels;
        let gate = slots[gateOf(slot)];
        let mean = slots[meanOf(slot)];
        let rstd = slots[rstdOf(slot)] * select(vec4f(1), gate, row.gateBefore);
        ${
          dropPath
            ? wgsl`
                let factors = params.factors + row.coefficient * params.batch;
                let area = params.pixels / params.batch;
              `
            : ''
        }
        ${steps[part].join('\n')}
      }
    `,
  };
}
