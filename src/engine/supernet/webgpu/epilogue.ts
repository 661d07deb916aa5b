/** Prologue and epilogue of a step: masks and gates before; thresholds, regularizers, clipping and SGD after. */
import { ceilDiv, none } from '../../../kernels/webgpu/quad.ts';
import type { GpuBuffer } from '../../../kernels/webgpu/runtime.ts';
import {
  hyperFields,
  maskWords,
  metricFields,
  prologue,
  regularizers,
  unitGradients,
  update,
  weightGradients,
} from '../../../kernels/webgpu/units.ts';
import type { ParameterSpec } from '../plan.ts';
import type { Context } from './context.ts';
import type { RecordOptions } from './network.ts';

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
  const hyper = context.own(gpu.buffer(hyperFields.length * 4));
  const metrics = context.own(gpu.buffer(options.ring * metricFields * 4));
  const committed = context.own(gpu.upload(maskWords(inputs.weightMask)));
  const laneTab = tables.add(context.slots.lanes);
  const weights = context.weights.sources.length;

  context.part('prologue');
  const nodes = nodeTables(context);
  const weightTab = tables.add(
    context.weights.sources.map((source, i) => [source, context.weights.thresholds[i]]),
  );
  const lanes = context.slots.lanes.length;
  const nodeTab = tables.add(nodes.prologue);
  const shape = { weights, weightTab, lanes, laneTab, nodes: nodes.prologue.length, nodeTab };
  const [gridX, gridY] = grid(weights + lanes + nodes.prologue.length);
  gpu.record(
    prologue,
    [values, committed, context.masked, slotBuffer, coefficients, tab],
    { ...shape, gridX },
    [gridX, gridY],
  );

  context.part('backward');
  const items = context.items.map((item) => [
    item.alpha,
    item.coefficient,
    item.operationThreshold,
    item.filterThreshold,
    tables.add(item.blocks),
    item.blocks.length,
    item.before ? 1 : 0,
    item.partial,
    item.partials * 4 + item.partialLane,
  ]);
  gpu.record(
    unitGradients,
    [values, slotBuffer, coefficients, partials, grads, tab],
    { items: items.length, tab: tables.add(items), laneTab },
    [ceilDiv(items.length, 64)],
  );
  const segments = weightSegments(context);
  const norms = context.own(gpu.buffer((segments.length + 1) * 4));
  const sourceTab = tables.add([[...context.weights.gradientSources]]);
  gpu.record(
    weightGradients,
    [values, committed, chunks, grads, norms, tab],
    {
      tab: tables.add(segments),
      sourceTab,
      chunkCount,
      chunkStride: () => context.chunkStride() * 4,
    },
    [segments.length],
  );
  const regularized = regularizedTables(context, options);
  gpu.record(
    regularizers,
    [values, hyper, grads, norms, losses, metrics, tab],
    {
      nodes: regularized.nodes.length,
      nodeTab: tables.add(regularized.nodes),
      extra: regularized.extra.length,
      extraTab: tables.add([regularized.extra]),
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
    update,
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
function nodeTables(context: Context): { prologue: number[][] } {
  const { plan, tables, on } = context;
  const units = plan.space.edges.length * plan.space.operations.length;
  const rows: number[][] = [];
  for (const cell of plan.cells) {
    const c = cell.shape.index;
    const alpha = context.spec(`cells.${c}.alpha`).offset;
    for (let to = 2; to < plan.space.settings.nodes + 2; to++) {
      const candidates = cell.candidates
        .filter((k) => k.to === to)
        .map((k) => [
          c * units + k.unit,
          alpha + k.unit,
          on.operation ? context.threshold(`cells.${c}.operationThreshold`, k.unit) : none,
        ]);
      rows.push([tables.add(candidates), candidates.length]);
    }
  }
  return { prologue: rows };
}

/** Ranges of weights with one weight threshold each, and the rest cut to moderate length. */
function weightSegments(context: Context): number[][] {
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
    if (s.threshold !== none) return [[s.first, s.size, s.threshold]];
    const parts: number[][] = [];
    for (let i = 0; i < s.size; i += longestSegment)
      parts.push([s.first + i, Math.min(longestSegment, s.size - i), none]);
    return parts;
  });
}

/** All candidates of every node (also committed-pruned ones: they count in S), and the preprocess thresholds. */
function regularizedTables(
  context: Context,
  options: RecordOptions,
): { nodes: number[][]; extra: number[] } {
  const { plan, tables, on } = context;
  const operations = plan.space.operations;
  const word = new DataView(new ArrayBuffer(4));
  const bits = (x: number): number => (word.setFloat32(0, x), word.getUint32(0));
  const nodes: number[][] = [];
  const extra: number[] = [];
  for (const cell of plan.cells) {
    const c = cell.shape.index;
    const alpha = context.spec(`cells.${c}.alpha`).offset;
    const alive = new Set(cell.candidates.map((k) => k.unit));
    for (let to = 2; to < plan.space.settings.nodes + 2; to++) {
      const rows = plan.space.edges
        .filter((edge) => edge.to === to)
        .flatMap((edge) =>
          operations.map((operation, o) => {
            const unit = edge.index * operations.length + o;
            const convolution = operation.blocks > 0;
            const threshold = (
              level: 'operation' | 'filter' | 'weight',
              wanted: boolean,
            ): number =>
              on[level] && wanted ? context.threshold(`cells.${c}.${level}Threshold`, unit) : none;
            return [
              alpha + unit,
              threshold('operation', true),
              threshold('filter', convolution),
              threshold('weight', convolution),
              alive.has(unit) ? 1 : 0,
              bits(options.unitMillions[c]?.[unit] ?? 0),
            ];
          }),
        );
      nodes.push([c, tables.add(rows), rows.length]);
    }
    if (on.filter)
      for (const slot of [0, 1])
        extra.push(context.threshold(`cells.${c}.preprocessFilterThreshold`, slot));
  }
  return { nodes, extra };
}
