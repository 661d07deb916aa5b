/** Prologue and epilogue of a step: masks and gates before; thresholds, regularizers, clipping and SGD after. */
import { ceilDiv, none } from '../../../kernels/webgpu/quad.ts';
import type { GpuBuffer } from '../../../kernels/webgpu/runtime.ts';
import { hyperBytes } from '../../../kernels/webgpu/hyper.ts';
import { maskWords, prologue } from '../../../kernels/webgpu/prologue/program.ts';
import { candidateRow, nodeRow, weightRow } from '../../../kernels/webgpu/prologue/rows.ts';
import { metricSize } from '../../../kernels/webgpu/regularizers/metrics.ts';
import { regularizers } from '../../../kernels/webgpu/regularizers/program.ts';
import {
  countedArrayRow,
  countedBlockRow,
  countedCandidateRow,
  extraThresholdRow,
  regularizedCandidateRow,
  regularizedNodeRow,
} from '../../../kernels/webgpu/regularizers/rows.ts';
import { sgd } from '../../../kernels/webgpu/sgd/program.ts';
import { unitGradients } from '../../../kernels/webgpu/unit-gradients/program.ts';
import { blockRow, unitRow } from '../../../kernels/webgpu/unit-gradients/rows.ts';
import { weightGradients } from '../../../kernels/webgpu/weight-gradients/program.ts';
import { gradientPlaceRow, segmentRow } from '../../../kernels/webgpu/weight-gradients/rows.ts';
import type { NetworkPlan } from '../../../domain/spaces/plan.ts';
import type { ParameterSpec } from '../../../domain/graph/parameters.ts';
import { countedCandidates } from '../soft-count.ts';
import type { Context } from './context.ts';
import type { RecordOptions } from './context.ts';

interface Inputs {
  readonly values: GpuBuffer;
  readonly grads: GpuBuffer;
  readonly momenta: GpuBuffer;
  readonly losses: GpuBuffer;
  readonly weightMask: Uint8Array;
}

/** Longest segment of weights that share no threshold: one workgroup goes through it. */
const longestSegment = 1024;

export function recordEpilogue(
  context: Context,
  inputs: Inputs,
  options: RecordOptions,
): { hyper: GpuBuffer; metrics: GpuBuffer } {
  const { gpu, tables, tab, plan, values, coefficients, slotBuffer, partials, chunks, chunkCount } =
    context;
  const { grads, momenta, losses } = inputs;
  const hyper = context.own(gpu.buffer(hyperBytes));
  const metrics = context.own(gpu.buffer(options.ring * metricSize * 4));
  const committed = context.own(gpu.upload(maskWords(inputs.weightMask)));
  const laneTable = tables.add(context.slots.lanes);
  const weights = context.weights.sources.length;

  context.part('prologue');
  const nodes = nodeTables(context);
  const weightTable = tables.add(
    context.weights.sources.map((parameter, i) =>
      weightRow.pack({ parameter, threshold: context.weights.thresholds[i]! }),
    ),
  );
  const lanes = context.slots.lanes.length;
  const nodeTable = tables.add(nodes);
  const shape = { weights, weightTable, lanes, laneTable, nodes: nodes.length, nodeTable };
  const [gridX, gridY] = grid(weights + lanes + nodes.length);
  gpu.record(
    prologue,
    [values, committed, context.masked, slotBuffer, coefficients, tab],
    { ...shape, gridX },
    [gridX, gridY],
  );

  context.part('backward');
  const units = context.items.map((item) =>
    unitRow.pack({
      alpha: item.alpha,
      operationThreshold: item.operationThreshold,
      filterThreshold: item.filterThreshold,
      coefficient: item.coefficient,
      blocks: tables.add(item.blocks.map(([slot, slots]) => blockRow.pack({ slot, slots }))),
      blockCount: item.blocks.length,
      gateBefore: item.before,
      partial: item.partial,
      partialLane: item.partialLane,
      partialCount: item.partials,
    }),
  );
  gpu.record(
    unitGradients,
    [values, slotBuffer, coefficients, partials, grads, tab],
    { units: units.length, table: tables.add(units), laneTable },
    [ceilDiv(units.length, 64)],
  );
  const regularized = regularizedTables(context);
  const counted = countedTables(context, regularized, options);
  const counts = context.own(gpu.upload(counted.counts));
  const segments = weightSegments(context, counted.candidates);
  const norms = context.own(gpu.buffer((segments.length + 1) * 4));
  const placeTable = tables.add(
    Array.from(context.weights.gradientSources, (place) => gradientPlaceRow.pack({ place })),
  );
  gpu.record(
    weightGradients,
    [values, committed, chunks, grads, norms, hyper, counts, tab],
    {
      table: tables.add(segments),
      placeTable,
      chunkCount,
      chunkStride: () => context.chunkStride() * 4,
    },
    [segments.length],
  );
  gpu.record(
    regularizers,
    [values, hyper, grads, norms, losses, metrics, counts, tab],
    {
      nodes: regularized.nodes.length,
      nodeTable: tables.add(regularized.nodes),
      extra: regularized.extra.length,
      extraTable: tables.add(regularized.extra),
      segments: segments.length,
      batch: context.batch,
    },
    [1],
  );
  context.part('update');
  const { groups } = plan.table;
  const size = groups.statistic.offset;
  const [ux, uy] = grid(size);
  gpu.record(
    sgd,
    [values, grads, momenta, hyper, norms],
    {
      size,
      alphaFrom: groups.alpha.offset,
      gateFrom: groups.gate.offset,
      thresholdFrom: groups.threshold.offset,
      weightThresholdFrom: groups.weightThreshold.offset,
      segments: segments.length,
      gridX: ux,
    },
    [ux, uy],
  );
  return { hyper, metrics };
}

function grid(threads: number): [number, number] {
  const groups = ceilDiv(threads, 64);
  const x = Math.min(groups, 32768);
  return [x, ceilDiv(groups, x)];
}

/** A node's committed survivors, for the coefficients. */
function nodeTables(context: Context): number[][] {
  const { plan, tables, on } = context;
  const units = plan.space.edges.length * plan.space.operations.length;
  const rows: number[][] = [];
  for (const cell of plan.cells) {
    const c = cell.shape.index;
    const alpha = context.spec(`cells.${c}.alpha`).offset;
    for (const to of new Set(cell.candidates.map((k) => k.to))) {
      const candidates = cell.candidates
        .filter((k) => k.to === to)
        .map((k) =>
          candidateRow.pack({
            coefficient: c * units + k.unit,
            alpha: alpha + k.unit,
            threshold: on.operation
              ? context.threshold(`cells.${c}.operationThreshold`, k.unit)
              : none,
          }),
        );
      rows.push(nodeRow.pack({ candidates: tables.add(candidates), count: candidates.length }));
    }
  }
  return rows;
}

/** Parameters of every candidate, flattened [cells, units]: the first elements of `counts`. */
const unitsOf = ({ unitNodes }: NetworkPlan): number => unitNodes.length;

/**
 * Ranges of weights: those of a candidate whole, the rest cut to moderate length.
 * @param counted by candidate name: where its `countedCandidateRow` lies.
 */
function weightSegments(context: Context, counted: ReadonlyMap<string, number>): number[][] {
  const { plan, on } = context;
  const segments: { key: string; first: number; size: number; threshold: number }[] = [];
  const key = (spec: ParameterSpec): string =>
    /^(cells\.\d+\.edges\.\d+\.\w+)/.exec(spec.name)?.[1] ?? 'plain';
  for (const spec of plan.table.specs) {
    if (spec.group !== 'weight') continue;
    const threshold =
      on.weight && spec.maskedBy
        ? context.threshold(`cells.${spec.maskedBy.cell}.weightThreshold`, spec.maskedBy.unit)
        : none;
    const last = segments.at(-1);
    if (last && last.key === key(spec)) {
      last.size += spec.size;
      if (threshold !== none) last.threshold = threshold;
    } else {
      segments.push({ key: key(spec), first: spec.offset, size: spec.size, threshold });
    }
  }
  return segments.flatMap((s) => {
    const { first, size, threshold } = s;
    const row = counted.get(s.key) ?? none;
    if (threshold !== none || row !== none)
      return [segmentRow.pack({ parameter: first, count: size, threshold, counted: row })];
    const parts: number[][] = [];
    for (let i = 0; i < size; i += longestSegment) {
      const count = Math.min(longestSegment, size - i);
      parts.push(segmentRow.pack({ parameter: first + i, count, threshold, counted: none }));
    }
    return parts;
  });
}

interface Regularized {
  readonly nodes: readonly number[][];
  readonly extra: readonly number[][];
  /** By candidate name: the row of its node, and its place there. */
  readonly places: ReadonlyMap<
    string,
    { readonly node: readonly number[]; readonly index: number }
  >;
}

/** Every node's candidates that no commit removed, and the preprocess thresholds. */
function regularizedTables(context: Context): Regularized {
  const { plan, tables, on } = context;
  const nodes: number[][] = [];
  const extra: number[][] = [];
  const places = new Map<string, { node: number[]; index: number }>();
  for (const cell of plan.cells) {
    const c = cell.shape.index;
    const alpha = context.spec(`cells.${c}.alpha`).offset;
    for (const to of new Set(cell.candidates.map((k) => k.to))) {
      const own = cell.candidates.filter((candidate) => candidate.to === to);
      const rows = own.map(({ unit, blocks }) => {
        const convolution = blocks.length > 0;
        const threshold = (level: 'operation' | 'filter' | 'weight', wanted: boolean): number =>
          on[level] && wanted ? context.threshold(`cells.${c}.${level}Threshold`, unit) : none;
        return regularizedCandidateRow.pack({
          alpha: alpha + unit,
          operationThreshold: threshold('operation', true),
          filterThreshold: threshold('filter', convolution),
          weightThreshold: threshold('weight', convolution),
          parameters: c * unitsOf(plan) + unit,
        });
      });
      const node = regularizedNodeRow.pack({
        ...{ cell: c, candidates: tables.add(rows), count: rows.length },
      });
      nodes.push(node);
      own.forEach(({ name }, index) => places.set(name, { node, index }));
    }
    if (on.filter)
      for (const { slot } of cell.preprocess) {
        const parameter = context.threshold(`cells.${c}.preprocessFilterThreshold`, slot);
        extra.push(extraThresholdRow.pack({ parameter }));
      }
  }
  return { nodes, extra, places };
}

/** What the soft count of each candidate goes through; where counts are fixed, nothing. */
function countedTables(
  context: Context,
  { places }: Regularized,
  { fixedCounts }: RecordOptions,
): { counts: Float32Array; candidates: ReadonlyMap<string, number> } {
  const { plan, tables, on } = context;
  const units = unitsOf(plan);
  const { gate: gates } = plan.table.groups;
  const first = plan.cells.length * units;
  const counts = new Float32Array(first + 2 * gates.size);
  fixedCounts?.slice(0, plan.cells.length).forEach((own, c) => counts.set(own, c * units));
  const candidates = new Map<string, number>();
  if (fixedCounts) return { counts, candidates };
  for (const { cell, index: of, unit, constant, arrays, gates: logits } of countedCandidates(
    plan,
  )) {
    counts[cell * units + unit] = constant;
    if (arrays.length === 0) continue;
    const { name } = plan.cells[cell]!.candidates[of]!;
    const { node, index } = places.get(name)!;
    const row = countedCandidateRow.pack({
      ...{ node: tables.add([node]), index },
      filterThreshold: on.filter ? context.threshold(`cells.${cell}.filterThreshold`, unit) : none,
      blocks: tables.add(
        logits.map(({ offset, size }) =>
          countedBlockRow.pack({
            ...{ gate: offset, filters: size },
            weights: first + 2 * (offset - gates.offset),
          }),
        ),
      ),
      blockCount: logits.length,
      arrays: tables.add(
        arrays.map(({ spec, block }) =>
          countedArrayRow.pack({
            ...{ parameter: spec.offset, count: spec.size },
            block: block ?? none,
          }),
        ),
      ),
      arrayCount: arrays.length,
    });
    candidates.set(name, tables.add([row]));
  }
  return { counts, candidates };
}
