/** The soft count of every candidate's parameters at once, over packed vectors. */
import * as tf from '@tensorflow/tfjs-core';
import type { NetworkPlan } from '../../../domain/spaces/plan.ts';
import { Segments } from '../../../kernels/composed/segments.ts';
import { gateShares, softCount } from '../../../kernels/composed/soft-count.ts';
import { countedCandidates } from '../soft-count.ts';

export class SoftCounts {
  private readonly filterWeights: Segments;
  private readonly wholeWeights: Segments;
  private readonly blocks: Segments;
  private readonly filters: Segments;
  /** What counts whatever is pruned, [cells x units]. */
  private readonly constants: tf.Tensor1D;

  constructor(plan: NetworkPlan) {
    const { cells, table, unitNodes } = plan;
    const { weight, gate } = table.groups;
    const units = unitNodes.length;
    const constants = new Float32Array(cells.length * units);
    const candidates = constants.length;
    // What belongs to nothing has a number past the last.
    const filterOfWeight = new Int32Array(weight.size).fill(gate.size);
    const wholeOfWeight = new Int32Array(weight.size).fill(candidates);
    const candidateOfFilter = new Int32Array(gate.size).fill(candidates);
    const blockOfFilter = new Int32Array(gate.size).fill(gate.size);
    let block = 0;
    for (const { cell, unit, arrays, gates, constant } of countedCandidates(plan)) {
      const candidate = cell * units + unit;
      constants[candidate] = constant;
      for (const { spec, block: of } of arrays) {
        const from = spec.offset - weight.offset;
        if (of === null) wholeOfWeight.fill(candidate, from, from + spec.size);
        else {
          const { offset, size } = gates[of]!;
          for (let i = 0; i < spec.size; i++)
            filterOfWeight[from + i] = offset - gate.offset + (i % size);
        }
      }
      for (const { offset, size } of gates) {
        const from = offset - gate.offset;
        candidateOfFilter.fill(candidate, from, from + size);
        blockOfFilter.fill(block++, from, from + size);
      }
    }
    this.filterWeights = new Segments(filterOfWeight, gate.size);
    this.wholeWeights = new Segments(wholeOfWeight, candidates);
    this.blocks = new Segments(
      blockOfFilter.map((b) => Math.min(b, block)),
      block,
    );
    this.filters = new Segments(candidateOfFilter, candidates);
    this.constants = tf.tensor1d(constants);
  }

  /**
   * @param weightMask of every weight of the group. @param gates importance and mask of every gate of the group; null:
   * the filter level is off, every filter counts as one of equals.
   * @returns [cells x units].
   */
  count(
    weightMask: tf.Tensor1D,
    gates: { importance: tf.Tensor1D; mask: tf.Tensor1D } | null,
  ): tf.Tensor1D {
    const { filterWeights, wholeWeights, filters } = this;
    const shares = gates
      ? gateShares(gates.importance, gates.mask, this.blocks)
      : filters.spread(tf.fill([this.constants.size], Math.LN2));
    return tf.add(
      softCount({ weightMask, shares, filterWeights, filters, wholeWeights }),
      this.constants,
    );
  }

  dispose(): void {
    for (const segments of [this.filterWeights, this.wholeWeights, this.blocks, this.filters])
      segments.dispose();
    this.constants.dispose();
  }
}
