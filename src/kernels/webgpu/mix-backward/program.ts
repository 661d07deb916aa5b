/**
 * The way back through a mixed operation: gradients of the states through skips and pools, and of the coefficients.
 * Over 250 lines: one program.
 */
import { coefficientFunctions, mixColumns, mixLabel, mixParams, mixRows } from '../mix/variant.ts';
import type { MixVariant } from '../mix/variant.ts';
import { mixTableFunctions } from '../mix/rows.ts';
import { gatherRow } from '../norm-apply/rows.ts';
import type { Program } from '../wgsl-program.ts';
import { component, sequence, sum, unroll, wgsl } from '../wgsl.ts';

/** Most nodes of a cell that settings allow: a running total is kept for each. */
export const mostTargets = 8;

/**
 * Gradient of the states through skip connections and pools, added to what the convolutions gave (`parts`, compacted
 * channels, gathered by lane), and for each (source, target) one share of dL/d coefficient of (skip, average, max) a
 * workgroup: partials[params.partial + ((source * targets + target) * quads + quad) * gridX + x].
 * height, width are the nodes', inHeight, inWidth the states'. `gatherRow`s at params.gather, one a source and quad.
 * Grid: [columns of a state / 64, quads of a node, sources].
 * @param threads 8 or more: invocations of a workgroup, each of which makes 64 / threads columns. A software adapter
 * keeps a stack for each invocation of a program with barriers, so there it takes few of them.
 */
export function mixBackward(v: MixVariant, threads: number): Program {
  const gradients = v.inPlace ? 'results' : 'gradients';
  return {
    label: mixLabel('mix backward', v),
    bindings: [
      ...(v.inPlace ? [] : [['gradients', 'read', 'activation'] as const]),
      ['states', 'read', 'activation'],
      ['parts', 'read', 'activation'],
      ['winners', 'read', 'u32'],
      ['results', 'read_write', 'activation'],
      ['partials', 'read_write', 'vec4f'],
      ['coefficients', 'read', 'f32'],
      ['tables', 'read', 'u32'],
    ],
    params: mixParams(v, 'partial', 'gather', 'gridX', 'add'),
    workgroupSize: threads,
    code: wgsl`
      ${mixTableFunctions}
      ${gatherRow.wgsl}
      ${coefficientFunctions(v)}
      var<workgroup> shares : array<vec4f, ${threads}>;
      var<private> totals : array<vec4f, ${mostTargets}>;
      fn unpackBytes(word : u32) -> vec4u {
        return vec4u(word, word >> 8u, word >> 16u, word >> 24u) & vec4u(255u);
      }
      /** Pixels inside the 3x3 window around output \`position\`, of \`size\` inputs. */
      fn windowSize(position : i32, size : u32) -> f32 {
        let low = max(position * ${v.stride} - 1, 0);
        let high = min(position * ${v.stride} + 1, i32(size) - 1);
        return f32(high - low + 1);
      }
      /** One column of pixels; adds its shares to the totals. */
      fn oneColumn(index : u32, group : vec3u) {
        let header = readMixHeader(params.table, 0u);
        let source = mixSource(group.z);
        let across = (params.inHeight + ${mixRows - 1}u) / ${mixRows}u;
        let valid = index < params.batch * across * params.inWidth;
        let image = min(index / (across * params.inWidth), params.batch - 1u);
        let y = (index / params.inWidth) % across * ${mixRows}u;
        let x = index % params.inWidth;
        let statePlane = params.batch * params.inHeight * params.inWidth;
        let nodePlane = params.batch * params.height * params.width;
        let imageAt = image * params.height * params.width;
        let pixel = (image * params.inHeight + y) * params.inWidth + x;
        let out = (source.quad + group.y) * statePlane;
        let oddX = (x & 1u) == 1u;
        ${unroll(
          mixRows,
          (r) => wgsl`
            let pixel${r} = min(pixel + ${r}u * params.inWidth, statePlane - 1u);
            let here${r} = select(vec4f(), states[out + pixel${r}], valid && y + ${r}u < params.inHeight);
            var sum${r} = vec4f();
          `,
        )}
        for (var t = 0u; t < header.targets; t++) {
          let node = mixTarget(t);
          let direct = mixDirect(header.targets, t, group.z);
          let plane = (node.quad + group.y) * nodePlane + imageAt;
          let skip = coefficient(direct.skip, image);
          var products = vec4f();
          ${v.stride === 1 ? unroll(mixRows, (r) => skipBackward(gradients, r)) : ''}
          ${v.pools ? pooledBackward(gradients, v) : ''}
          ${
            v.dropPath
              ? 'products *= vec4f(kept(direct.skip, image), kept(direct.average, image), kept(direct.maximum, image), 0.0);'
              : ''
          }
          totals[t] += products;
        }
        if (!valid) {
          return;
        }
        let row = readGatherRow(params.gather, group.z * header.quads + group.y);
        if (row.aligned != NONE) {
          ${unroll(mixRows, (r) => `sum${r} += parts[row.aligned * statePlane + pixel${r}];`)}
        } else {
          ${unroll(
            4,
            (l) => wgsl`
              let source${l} = row.lanes.${component(l)};
              let factor${l} = select(0.0, 1.0, source${l} != NONE);
              let plane${l} = select(0u, source${l} >> 2u, source${l} != NONE) * statePlane;
            `,
          )}
          ${unroll(
            mixRows,
            (r) =>
              `sum${r} += vec4f(${everyLane((l) => `parts[plane${l} + pixel${r}][source${l} & 3u]`)}) * vec4f(factor0, factor1, factor2, factor3);`,
          )}
        }
        if (params.add != 0u) {
          ${unroll(mixRows, (r) => `sum${r} += results[out + pixel${r}];`)}
        }
        ${unroll(
          mixRows,
          (r) => wgsl`
            if (y + ${r}u < params.inHeight) {
              results[out + pixel${r}] = sum${r};
            }
          `,
        )}
      }
      fn run(local : u32, group : vec3u) {
        for (var k = 0u; k < ${mixColumns / threads}u; k++) {
          oneColumn(group.x * ${mixColumns}u + k * ${threads}u + local, group);
        }
        let header = readMixHeader(params.table, 0u);
        for (var t = 0u; t < header.targets; t++) {
          workgroupBarrier();
          shares[local] = totals[t];
          workgroupBarrier();
          ${addShares(threads)}
        }
      }
    `,
  };
}

const pooledBackward = (gradients: string, v: MixVariant): string => wgsl`
  if (source.pooled) {
    let average = coefficient(direct.average, image);
    let maximum = coefficient(direct.maximum, image);
    ${poolsBackward(gradients, v)}
  }
`;

const everyLane = (make: (lane: number) => string): string => sequence(4).map(make).join(', ');

const skipBackward = (gradients: string, r: number): string => wgsl`
  let upstream${r} = ${gradients}[plane + min(y + ${r}u, params.height - 1u) * params.width + x];
  products.x += dot(upstream${r}, here${r});
  sum${r} += skip * upstream${r};
`;

/** Adds the shares of a workgroup, eight invocations first, then one. */
function addShares(threads: number): string {
  const each = threads / 8;
  const firstStep = wgsl`
    if (local < 8u) {
      var share = vec4f();
      for (var i = 0u; i < ${each}u; i++) {
        share += shares[local * ${each}u + i];
      }
      shares[local * ${each}u] = share;
    }
    workgroupBarrier();
  `;
  return wgsl`
    ${each > 1 ? firstStep : ''}
    if (local == 0u) {
      var total = vec4f();
      for (var i = 0u; i < 8u; i++) {
        total += shares[i * ${each}u];
      }
      let place = ((group.z * header.targets + t) * header.quads + group.y) * params.gridX + group.x;
      partials[params.partial + place] = total;
    }
  `;
}

/** Windows that hold row r of a column: [row of gradients, row of the window]. */
function windowsOf({ stride }: MixVariant, r: number): [number, number][] {
  if (stride === 1) return [0, 1, 2].map((i) => [r + i, 2 - i]);
  if (r % 2 === 0) return [[r / 2, 1]];
  return [
    [(r - 1) / 2, 2],
    [(r + 1) / 2, 0],
  ];
}

/**
 * Column c of the gradients is at x - 1 + c (stride 1) or floor(x / 2) + c (stride 2); there, which column of its window the
 * pixel is in depends on parity, and 9 is none.
 */
function poolsBackward(gradients: string, v: MixVariant): string {
  const columns = v.stride === 1 ? 3 : 2;
  const rows = v.stride === 1 ? mixRows + 2 : mixRows / 2 + 1;
  const [firstColumn, tapColumn, firstRow] =
    v.stride === 1
      ? ['i32(x) - 1', 'u32(2 - c)', 'i32(y) - 1']
      : [
          'i32(x / 2u)',
          'select(select(9u, 0u, oddX), select(1u, 2u, oddX), c == 0)',
          'i32(y / 2u)',
        ];
  return wgsl`
    let winnerPlane = (group.z * header.quads + group.y) * nodePlane + imageAt;
    ${unroll(
      mixRows,
      (r) => wgsl`
        var averaged${r} = vec4f();
        var won${r} = vec4f();
      `,
    )}
    for (var c = 0; c < ${columns}; c++) {
      let outX = ${firstColumn} + c;
      let tapX = ${tapColumn};
      let insideX = outX >= 0 && outX < i32(params.width) && tapX < 3u;
      let atX = u32(clamp(outX, 0, i32(params.width) - 1));
      let perRow = 1.0 / max(windowSize(outX, params.inWidth), 1.0);
      ${unroll(
        rows,
        (i) => wgsl`
          let outY${i} = ${firstRow} + ${i};
          let at${i} = u32(clamp(outY${i}, 0, i32(params.height) - 1)) * params.width + atX;
          let inside${i} = insideX && outY${i} >= 0 && outY${i} < i32(params.height);
          let gradient${i} = select(vec4f(), ${gradients}[plane + at${i}], inside${i});
          let winner${i} = unpackBytes(winners[winnerPlane + at${i}]);
          let share${i} = gradient${i} * (perRow / max(windowSize(outY${i}, params.inHeight), 1.0));
        `,
      )}
      ${unroll(mixRows, (r) => {
        const windows = windowsOf(v, r);
        const averaged = windows.map(([i]) => `share${i}`).join(' + ');
        const won = windows
          .map(
            ([i, tapY]) =>
              `select(vec4f(), gradient${i}, winner${i} == vec4u(${tapY * 3}u + tapX))`,
          )
          .join(' + ');
        return wgsl`
          averaged${r} += ${averaged};
          won${r} += ${won};
        `;
      })}
    }
    products.y += ${sum(mixRows, (r) => `dot(averaged${r}, here${r})`)};
    products.z += ${sum(mixRows, (r) => `dot(won${r}, here${r})`)};
    ${unroll(mixRows, (r) => `sum${r} += average * averaged${r} + maximum * won${r};`)}
  `;
}
