/** Prologue and epilogue of a step: masks and gates before; thresholds, regularizers, clipping and SGD after. */
import { ceilDiv } from '../../../kernels/webgpu/quad.ts';
import type { GpuBuffer } from '../../../kernels/webgpu/buffers.ts';
import { floatBits } from '../../../kernels/webgpu/float-bits.ts';
import { hyperBytes } from '../../../kernels/webgpu/hyper.ts';
import { maskWords, prologue } from '../../../kernels/webgpu/prologue/program.ts';
import { weightRow } from '../../../kernels/webgpu/prologue/rows.ts';
import { metricSize } from '../../../kernels/webgpu/regularizers/metrics.ts';
import { regularizers } from '../../../kernels/webgpu/regularizers/program.ts';
import { sgd } from '../../../kernels/webgpu/sgd/program.ts';
import { thresholdRow } from '../../../kernels/webgpu/sgd/rows.ts';
import { unitGradients } from '../../../kernels/webgpu/unit-gradients/program.ts';
import { weightGradients } from '../../../kernels/webgpu/weight-gradients/program.ts';
import { gradientPlaceRow } from '../../../kernels/webgpu/weight-gradients/rows.ts';
import { filterThresholds } from '../filter-thresholds.ts';
import type { Recorder } from './recorder.ts';
import {
  countedTables,
  nodeTables,
  regularizedTables,
  unitRows,
  weightSegments,
} from './unit-tables.ts';
import type { UnitInputs } from './unit-tables.ts';
import { updateOperations, WorkCounter } from './work.ts';

interface Inputs extends UnitInputs {
  readonly momenta: GpuBuffer;
  readonly losses: GpuBuffer;
  readonly weightMask: Uint8Array;
  /** Entries of the ring of metrics. */
  readonly ring: number;
}

export function recordEpilogue(
  recorder: Recorder,
  inputs: Inputs,
): { hyper: GpuBuffer; metrics: GpuBuffer } {
  const { gpu, tables, tab, memory, slotBuffer, partials, chunks } = recorder;
  const { values, grads, coefficients, table, slots } = recorder.options;
  const { momenta, losses, units } = inputs;
  const hyper = memory.own(gpu.buffer(hyperBytes));
  const metrics = memory.own(gpu.buffer(inputs.ring * metricSize * 4));
  const committed = memory.own(gpu.upload(maskWords(inputs.weightMask)));
  const laneTable = tables.add(slots.lanes);
  /** Parameters that train. */
  const size = table.groups.statistic.offset;
  const registry = recorder.options.weights;
  const weights = registry.sources.length;

  recorder.part('prologue');
  const nodes = nodeTables(recorder, units);
  const weightTable = tables.add(
    registry.sources.map((parameter, i) =>
      weightRow.pack({ parameter, threshold: registry.thresholds[i]! }),
    ),
  );
  const lanes = slots.lanes.length;
  const nodeTable = tables.add(nodes);
  const shape = { weights, weightTable, lanes, laneTable, nodes: nodes.length, nodeTable };
  const [gridX, gridY] = grid(weights + lanes + nodes.length);
  recorder.record(
    prologue,
    [values, committed, recorder.masked, slotBuffer, coefficients, tab],
    { ...shape, gridX },
    [gridX, gridY],
    // A weight and its threshold against one masked weight.
    new WorkCounter(recorder).more(2 * weights).numbers(2 * weights),
  );

  recorder.part('backward');
  const unscale = floatBits(1 / recorder.lossScale);
  const rows = unitRows(recorder, inputs);
  recorder.record(
    unitGradients,
    [values, slotBuffer, coefficients, partials, grads, tab],
    { units: rows.length, table: tables.add(rows), laneTable, unscale },
    [ceilDiv(rows.length, 64)],
    new WorkCounter(recorder).numbers(2 * lanes),
  );
  const regularized = regularizedTables(recorder, units);
  const counted = countedTables(recorder, regularized, inputs);
  const counts = memory.own(gpu.upload(counted.counts));
  const segments = weightSegments(recorder, units, counted.candidates);
  const norms = memory.own(gpu.buffer((segments.length + 1) * 4));
  const placeTable = tables.add(
    Array.from(registry.gradientSources, (place) => gradientPlaceRow.pack({ place })),
  );
  recorder.record(
    weightGradients,
    [values, committed, chunks, grads, norms, hyper, counts, tab],
    {
      table: tables.add(segments),
      placeTable,
      chunkCount: recorder.options.sizes.chunks,
      chunkStride: () => registry.gradientSize * 4,
      unscale,
    },
    [segments.length],
    new WorkCounter(recorder).more(2 * size).numbers(3 * size),
  );
  recorder.record(
    regularizers,
    [values, hyper, grads, norms, losses, metrics, counts, tab],
    {
      nodes: regularized.nodes.length,
      nodeTable: tables.add(regularized.nodes),
      extra: regularized.extra.length,
      extraTable: tables.add(regularized.extra),
      segments: segments.length,
      batch: recorder.options.batch,
    },
    [1],
    new WorkCounter(recorder).numbers(segments.length + table.groups.alpha.size),
  );
  recorder.part('update');
  const { groups } = table;
  const [ux, uy] = grid(size);
  recorder.record(
    sgd,
    [values, grads, momenta, hyper, norms, tab],
    {
      size,
      alphaFrom: groups.alpha.offset,
      gateFrom: groups.gate.offset,
      thresholdFrom: groups.threshold.offset,
      weightThresholdFrom: groups.weightThreshold.offset,
      thresholdTable: tables.add(
        filterThresholds(table).map((ofFilters) => thresholdRow.pack({ ofFilters })),
      ),
      segments: segments.length,
      gridX: ux,
    },
    [ux, uy],
    // Parameter, gradient and momentum are read and written.
    new WorkCounter(recorder).more(updateOperations * size).numbers(6 * size),
  );
  return { hyper, metrics };
}

function grid(threads: number): [number, number] {
  const groups = ceilDiv(threads, 64);
  const x = Math.min(groups, 32768);
  return [x, ceilDiv(groups, x)];
}
