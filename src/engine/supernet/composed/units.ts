/**
 * From trained parameters to what the network multiplies with: masked weights, gates and operation coefficients, for
 * the whole super-net at once. As packed vectors they cost a handful of kernels instead of a dozen a parameter.
 * Over 250 lines: one class, whose vectors all follow the same packed layout.
 */
import * as tf from '@tensorflow/tfjs-core';
import { binaryStep } from '../../../kernels/composed/binary-step.ts';
import { filterGate } from '../../../kernels/composed/filter-gate.ts';
import { maskedWeight, weightMask } from '../../../kernels/composed/masked-weight.ts';
import {
  lastSurvivors,
  nodeUnits,
  operationMask,
} from '../../../kernels/composed/operation-coefficient.ts';
import type { NodeUnits } from '../../../kernels/composed/operation-coefficient.ts';
import { sizeRegularizer, thresholdRegularizer } from '../../../kernels/composed/regularizers.ts';
import { SoftCounts } from './soft-counts.ts';
import type { Granularity } from '../../../domain/granularities.ts';
import { parameter } from '../../../domain/graph/layout.ts';
import type { NetworkPlan } from '../../../domain/spaces/plan.ts';
import type { ParameterGroup, ParameterSpec } from '../../../domain/graph/parameters.ts';
import type { StepHyper } from '../stepper.ts';
import { specsOf } from './packed-tensors.ts';

/** The trained parameters, each group packed in one tensor. */
export type PackedGroups = Record<ParameterGroup, tf.Tensor1D>;

/** What the network is built from. */
export interface EffectiveUnits {
  /** Like the weight group, its masked elements zero. */
  readonly weights: tf.Tensor1D;
  /** Like the gate group: the factor of each filter. */
  readonly gates: tf.Tensor1D;
  /** Factor of each candidate, [cells, units]. */
  readonly coefficients: tf.Tensor2D;
}

/** Which operations survive, [cells, units] each: constants of a step. */
export interface Decision {
  /** Held by the last-survivor rule alone. */
  readonly forced: tf.Tensor2D;
  readonly survivors: tf.Tensor2D;
}

/** A threshold that everything passes, far from where the straight-through derivative is not zero. */
const open = -1e9;

export class Units {
  private readonly nodes: NodeUnits;
  /** 1 = not committed-pruned, [cells, units]. */
  private readonly committed: tf.Tensor2D;
  /** 1 = the last operation of each of its nodes survives, [cells, 1]. */
  private readonly keepsOne: tf.Tensor2D;
  /** Parameters of each candidate: constants, or what the soft count walks. */
  private readonly counts: tf.Tensor2D | SoftCounts;
  private readonly weightMask: tf.Tensor1D;
  /** Of filters: all 1 where a commit removes what it prunes, as the search's does. */
  private readonly gateMask: tf.Tensor1D;
  /** Where each element finds its threshold in [thresholds of its group, open]. */
  private readonly thresholdOfWeight: tf.Tensor1D;
  private readonly thresholdOfGate: tf.Tensor1D;
  private readonly operationThresholds: readonly number[];
  /** Thresholds that the threshold regularizer sums over. */
  private readonly regularized: {
    readonly threshold: tf.Tensor1D;
    readonly weightThreshold: tf.Tensor1D;
  };

  constructor(
    private readonly plan: NetworkPlan,
    committedElements: Uint8Array,
    private readonly granularities: Readonly<Record<Granularity, boolean>>,
    fixedCounts?: readonly Float32Array[],
  ) {
    const { edges, operations } = plan.space;
    const { table } = plan;
    const cells = plan.cells.length;
    const units = edges.length * operations.length;
    this.nodes = nodeUnits(plan.unitNodes, Math.max(...plan.unitNodes) + 1);
    const committed = new Float32Array(cells * units);
    plan.cells.forEach((cell, c) =>
      cell.candidates.forEach(({ unit }) => (committed[c * units + unit] = 1)),
    );
    this.committed = tf.tensor2d(committed, [cells, units]);
    this.keepsOne = tf.tensor2d(
      plan.cells.map(({ shape }) => (shape.shortcut ? 0 : 1)),
      [cells, 1],
    );
    this.counts = fixedCounts
      ? tf.tensor2d(
          Float32Array.from(
            { length: cells * units },
            (_, i) => fixedCounts[Math.floor(i / units)]![i % units]!,
          ),
          [cells, units],
        )
      : new SoftCounts(plan);

    const { weight, gate, threshold, weightThreshold } = table.groups;
    const maskOf = ({ offset, size }: { offset: number; size: number }): tf.Tensor1D =>
      tf.tensor1d(Float32Array.from(committedElements.subarray(offset, offset + size)));
    this.weightMask = maskOf(weight);
    this.gateMask = maskOf(gate);
    this.operationThresholds = plan.cells.map(
      (_, c) => parameter(table, `cells.${c}.operationThreshold`).offset - threshold.offset,
    );
    this.thresholdOfWeight = indices(weight.size, weightThreshold.size, (set) => {
      for (const spec of specsOf(table, 'weight')) {
        if (!spec.maskedBy) continue;
        const owner = parameter(table, `cells.${spec.maskedBy.cell}.weightThreshold`);
        set(spec, weight.offset, owner.offset - weightThreshold.offset + spec.maskedBy.unit);
      }
    });
    const owners = filterThresholds(plan);
    this.thresholdOfGate = indices(gate.size, threshold.size, (set) => {
      for (const { gateName, index } of owners) {
        const spec = parameter(table, gateName);
        set(spec, gate.offset, index - threshold.offset);
      }
    });

    const flags = {
      threshold: new Float32Array(threshold.size),
      weightThreshold: new Float32Array(weightThreshold.size),
    };
    if (granularities.filter)
      for (const { index } of owners) flags.threshold[index - threshold.offset] = 1;
    plan.cells.forEach((cell, c) => {
      const weights =
        parameter(table, `cells.${c}.weightThreshold`).offset - weightThreshold.offset;
      for (const { unit, blocks } of cell.candidates) {
        if (granularities.operation) flags.threshold[this.operationThresholds[c]! + unit] = 1;
        if (granularities.weight && blocks.length > 0) flags.weightThreshold[weights + unit] = 1;
      }
    });
    this.regularized = {
      threshold: tf.tensor1d(flags.threshold),
      weightThreshold: tf.tensor1d(flags.weightThreshold),
    };
  }

  private importance(groups: PackedGroups): tf.Tensor2D {
    return tf.reshape(tf.sigmoid(groups.alpha), this.committed.shape);
  }

  private margin(groups: PackedGroups): tf.Tensor2D {
    const units = this.committed.shape[1];
    const thresholds = tf.concat(
      this.operationThresholds.map((offset) => tf.slice(groups.threshold, offset, units)),
    );
    return tf.sub(this.importance(groups), tf.reshape(thresholds, this.committed.shape));
  }

  /** Which operations survive at these parameter values. Not to be called on a tape. */
  decide(groups: PackedGroups): Decision {
    if (!this.granularities.operation)
      return { forced: tf.zerosLike(this.committed), survivors: this.committed };
    const margin = this.margin(groups);
    const forced = tf.mul<tf.Tensor2D>(
      lastSurvivors(margin, this.committed, this.nodes),
      this.keepsOne,
    );
    return { forced, survivors: operationMask(margin, this.committed, forced) };
  }

  /** The threshold above each weight, and above each filter. */
  private thresholds(groups: PackedGroups): { weight: tf.Tensor1D; gate: tf.Tensor1D } {
    const withOpen = (thresholds: tf.Tensor1D): tf.Tensor1D =>
      tf.concat([thresholds, tf.tensor1d([open])]);
    return {
      weight: tf.gather(withOpen(groups.weightThreshold), this.thresholdOfWeight),
      gate: tf.gather(withOpen(groups.threshold), this.thresholdOfGate),
    };
  }

  effective(groups: PackedGroups, { forced }: Decision): EffectiveUnits {
    const { operation, filter, weight } = this.granularities;
    const mask = operation
      ? operationMask(this.margin(groups), this.committed, forced)
      : this.committed;
    const thresholds = this.thresholds(groups);
    return {
      weights: weight
        ? maskedWeight(groups.weight, thresholds.weight, this.weightMask)
        : groups.weight,
      gates: filter ? filterGate(groups.gate, thresholds.gate, null) : tf.ones([groups.gate.size]),
      coefficients: tf.mul(this.importance(groups), mask),
    };
  }

  /** Parameters of each candidate, [cells, units]. */
  private candidateCounts(groups: PackedGroups): tf.Tensor2D {
    if (!(this.counts instanceof SoftCounts)) return this.counts;
    const { filter, weight } = this.granularities;
    const thresholds = this.thresholds(groups);
    const importance = tf.sigmoid(groups.gate);
    const counts = this.counts.count(
      weight ? weightMask(groups.weight, thresholds.weight, this.weightMask) : this.weightMask,
      filter
        ? {
            importance,
            mask: tf.mul(binaryStep(tf.sub(importance, thresholds.gate)), this.gateMask),
          }
        : null,
    );
    return tf.reshape(counts, this.committed.shape);
  }

  /** Both regularizers, unweighted scalars. */
  regularizers(
    groups: PackedGroups,
    { survivors }: Decision,
    hyper: Pick<StepHyper, 'sizeCells' | 'mu'>,
  ): { size: tf.Scalar; threshold: tf.Scalar } {
    const [first, last] = hyper.sizeCells;
    const rows = this.plan.cells.map((_, c) => (c >= first && c <= last ? 1 : 0));
    return {
      size: sizeRegularizer({
        importance: this.importance(groups),
        mask: survivors,
        committed: this.committed,
        membership: this.nodes.membership,
        weight: tf.mul(
          hyper.mu === 0 ? 1 : tf.add(tf.mul(this.candidateCounts(groups), hyper.mu), 1),
          tf.tensor2d(rows, [rows.length, 1]),
        ),
      }),
      threshold: tf.add(
        thresholdRegularizer(groups.threshold, this.regularized.threshold),
        thresholdRegularizer(groups.weightThreshold, this.regularized.weightThreshold),
      ),
    };
  }

  dispose(): void {
    tf.dispose([{ ...this.nodes }, this.committed, this.keepsOne]);
    tf.dispose([this.weightMask, this.gateMask]);
    this.counts.dispose();
    tf.dispose([this.thresholdOfWeight, this.thresholdOfGate, { ...this.regularized }]);
  }
}

/** For `size` elements an index each, `fallback` where `assign` sets none. */
function indices(
  size: number,
  fallback: number,
  assign: (set: (spec: ParameterSpec, base: number, index: number) => void) => void,
): tf.Tensor1D {
  const result = new Int32Array(size).fill(fallback);
  assign((spec, base, index) =>
    result.fill(index, spec.offset - base, spec.offset - base + spec.size),
  );
  return tf.tensor1d(result, 'int32');
}

/** Gates with a threshold, and its place in the packed parameters. A stride-2 skip's gate has none. */
function filterThresholds(plan: NetworkPlan): { gateName: string; index: number }[] {
  return plan.cells.flatMap((cell, c) => {
    const candidates = parameter(plan.table, `cells.${c}.filterThreshold`).offset;
    return [
      ...cell.gated.map(({ name, threshold }) => ({
        gateName: `${name}.gate`,
        index: parameter(plan.table, threshold.name).offset + threshold.element,
      })),
      ...cell.candidates.flatMap((k) =>
        k.blocks.map((b) => ({ gateName: `${b.name}.gate`, index: candidates + k.unit })),
      ),
    ];
  });
}
