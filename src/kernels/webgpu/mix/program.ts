/**
 * Mixed operations: all candidates that leave one group of states, summed into all their destination nodes at once. Pools
 * are computed while they are mixed. Tables say what is alive, so a pruned candidate costs nothing.
 */
import type { Program } from '../wgsl-program.ts';
import { slotFunctions } from '../slots.ts';
import { component, sequence, sum, unroll, wgsl } from '../wgsl.ts';
import { poolFunctions } from './pools.ts';
import {
  alignedShareRow,
  gatheredShareRow,
  mixListsRow,
  mixSources,
  mixTableFunctions,
} from './rows.ts';
import { coefficientFunctions, mixColumns, mixLabel, mixParams, mixRows } from './variant.ts';
import type { MixVariant } from './variant.ts';

/**
 * nodes (+)= sum of coefficient * candidate, and the max pools' winners, [source][quad][pixel]. `shares` holds what the
 * convolutions made, before their norm, whose slots begin at params.slot. Grid: [columns / 64, quads of a node].
 */
export function mixForward(v: MixVariant): Program {
  const states = v.inPlace ? 'nodes' : 'states';
  // A convolution in a list has a coefficient: no need to ask.
  const shareFactor = v.dropPath
    ? 'coefficient(share.coefficient, image)'
    : 'coefficients[share.coefficient]';
  return {
    label: mixLabel('mix', v),
    bindings: [
      ...(v.inPlace ? [] : [['states', 'read', 'activation'] as const]),
      ['shares', 'read', 'activation'],
      ['nodes', 'read_write', 'activation'],
      ['winners', 'read_write', 'u32'],
      ['slots', 'read', 'vec4f'],
      ['coefficients', 'read', 'f32'],
      ['tables', 'read', 'u32'],
    ],
    params: mixParams(v, 'slot'),
    workgroupSize: mixColumns,
    code: wgsl`
      ${mixTableFunctions}
      ${mixListsRow.wgsl}
      ${alignedShareRow.wgsl}
      ${gatheredShareRow.wgsl}
      ${slotFunctions}
      ${v.pools ? poolFunctions(states, v) : ''}
      ${coefficientFunctions(v)}
      fn run(local : u32, group : vec3u) {
        let header = readMixHeader(params.table, 0u);
        let across = (params.height + ${mixRows - 1}u) / ${mixRows}u;
        let index = group.x * ${mixColumns}u + local;
        let image = index / (across * params.width);
        if (image >= params.batch) {
          return;
        }
        let y = (index / params.width) % across * ${mixRows}u;
        let x = index % params.width;
        let plane = params.batch * params.height * params.width;
        let pixel = (image * params.height + y) * params.width + x;
        ${unroll(mixRows, (r) => `let pixel${r} = min(pixel + ${r}u * params.width, plane - 1u);`)}
        ${unroll(mixSources, (k) => (v.pools ? readSource : readPixels)(states, v, k))}
        for (var t = 0u; t < header.targets; t++) {
          let node = mixTarget(t);
          ${unroll(
            mixSources,
            (k) => wgsl`
              let direct${k} = mixDirect(header.targets, t, ${k}u);
              let skip${k} = coefficient(direct${k}.skip, image);
              ${v.pools ? poolCoefficients(k) : ''}
            `,
          )}
          ${unroll(mixRows, (r) => `var sum${r} = ${sum(mixSources, (k) => direct(v, k, r))};`)}
          let lists = readMixLists(node.lists, group.y);
          for (var i = 0u; i < lists.alignedCount; i++) {
            let share = readAlignedShare(lists.aligned, i);
            let factor = ${shareFactor};
            let slot = params.slot + share.quad;
            let scale = factor * slots[scaleOf(slot)];
            let shift = factor * slots[shiftOf(slot)];
            ${unroll(mixRows, (r) => `sum${r} += shares[share.quad * plane + pixel${r}] * scale + shift;`)}
          }
          for (var i = 0u; i < lists.gatheredCount; i++) {
            let share = readGatheredShare(lists.gathered, i);
            let factor = ${shareFactor};
            ${unroll(4, gatheredLane)}
            let scale = vec4f(${everyLane((l) => `factor${l} * slots[scaleOf(params.slot + quad${l})][lane${l}]`)});
            let shift = vec4f(${everyLane((l) => `factor${l} * slots[shiftOf(params.slot + quad${l})][lane${l}]`)});
            ${unroll(mixRows, (r) => `sum${r} += vec4f(${everyLane((l) => `shares[quad${l} * plane + pixel${r}][lane${l}]`)}) * scale + shift;`)}
          }
          let out = (node.quad + group.y) * plane;
          if (node.add) {
            ${unroll(mixRows, (r) => `sum${r} += nodes[out + pixel${r}];`)}
          }
          ${unroll(
            mixRows,
            (r) => wgsl`
              if (y + ${r}u < params.height) {
                nodes[out + pixel${r}] = sum${r};
              }
            `,
          )}
        }
      }
    `,
  };
}

const poolCoefficients = (k: number): string => wgsl`
  let average${k} = coefficient(direct${k}.average, image);
  let maximum${k} = coefficient(direct${k}.maximum, image);
`;

/** What skip connections and pools of source k give to row r of the column. */
const direct = ({ pools }: MixVariant, k: number, r: number): string =>
  pools
    ? `skip${k} * pools${k}.here${r} + average${k} * pools${k}.average${r} + maximum${k} * pools${k}.maximum${r}`
    : `skip${k} * here${k}_${r}`;

const everyLane = (make: (lane: number) => string): string => sequence(4).map(make).join(', ');

const gatheredLane = (l: number): string => wgsl`
  let source${l} = share.lanes.${component(l)};
  let factor${l} = select(0.0, factor, source${l} != NONE);
  let lane${l} = source${l} & 3u;
  let quad${l} = select(0u, source${l} >> 2u, source${l} != NONE);
`;

/** Declares here0_0, ..: the pixels of source k, where candidates may be skip connections only. */
const readPixels = (states: string, _: MixVariant, k: number): string => wgsl`
  ${unroll(mixRows, (r) => `var here${k}_${r} = vec4f();`)}
  if (${k}u < params.sources) {
    let stateAt = ((mixSource(${k}u).quad + group.y) * params.batch + image) * params.inHeight * params.inWidth;
    ${unroll(mixRows, (r) => `here${k}_${r} = ${states}[stateAt + min(y + ${r}u, params.inHeight - 1u) * params.inWidth + x];`)}
  }
`;

/** Declares pools0, pools1: what the group's sources give to pools and skip connections. */
function readSource(states: string, v: MixVariant, k: number): string {
  // At stride 2 there is no skip connection here (a factorized reduce serves), and nobody reads the pixels themselves.
  const pixelsAlone =
    v.stride === 1
      ? wgsl`
          } else {
            let stateAt = (quad * params.batch + image) * params.inHeight * params.inWidth;
            ${unroll(mixRows, (r) => `pools${k}.here${r} = ${states}[stateAt + min(y + ${r}u, params.inHeight - 1u) * params.inWidth + x];`)}
          }
        `
      : '}';
  return wgsl`
    var pools${k} : Pools;
    if (${k}u < params.sources) {
      let source = mixSource(${k}u);
      let quad = source.quad + group.y;
      if (source.pooled) {
        pools${k} = poolsOf(quad, image, i32(y), i32(x));
        let winnerAt = (${k}u * header.quads + group.y) * plane + pixel;
        ${unroll(
          mixRows,
          (r) => wgsl`
            if (y + ${r}u < params.height) {
              winners[winnerAt + ${r}u * params.width] = pools${k}.winner${r};
            }
          `,
        )}
      ${pixelsAlone}
    }
  `;
}
