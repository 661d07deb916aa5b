/** Applies scale and shift of a norm's slots, and moves channels. */
import type { Program } from '../wgsl-program.ts';
import { slotFunctions } from '../slots.ts';
import { wgsl } from '../wgsl.ts';
import { gatherRow } from './rows.ts';

const threads = 64;

/**
 * outputs[outputQuad + row] = scale inputs + shift, with channels moved to the places that the rows name. Slots are those of
 * the inputs' quads, from params.slot on. Grid: [pixels / 64, rows of the table].
 */
export const applyNorm: Program = {
  label: 'norm apply',
  bindings: [
    ['inputs', 'read', 'activation'],
    ['outputs', 'read_write', 'activation'],
    ['slots', 'read', 'vec4f'],
    ['tables', 'read', 'u32'],
  ],
  params: ['pixels', 'table', 'slot', 'outputQuad'],
  workgroupSize: threads,
  code: wgsl`
    ${gatherRow.wgsl}
    ${slotFunctions}
    fn oneLane(source : u32, pixel : u32) -> f32 {
      if (source == NONE) {
        return 0.0;
      }
      let quad = source >> 2u;
      let lane = source & 3u;
      let slot = params.slot + quad;
      return inputs[quad * params.pixels + pixel][lane] * slots[scaleOf(slot)][lane] + slots[shiftOf(slot)][lane];
    }
    fn run(local : u32, group : vec3u) {
      let pixel = group.x * ${threads}u + local;
      if (pixel >= params.pixels) {
        return;
      }
      let row = readGatherRow(params.table, group.y);
      let out = (params.outputQuad + group.y) * params.pixels + pixel;
      if (row.aligned != NONE) {
        let slot = params.slot + row.aligned;
        outputs[out] = inputs[row.aligned * params.pixels + pixel] * slots[scaleOf(slot)] + slots[shiftOf(slot)];
      } else {
        outputs[out] = vec4f(
          oneLane(row.lanes.x, pixel),
          oneLane(row.lanes.y, pixel),
          oneLane(row.lanes.z, pixel),
          oneLane(row.lanes.w, pixel),
        );
      }
    }
  `,
};
