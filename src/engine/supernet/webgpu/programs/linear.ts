/** Global pool, classifier and loss. An auxiliary classifier only trains along: both of its passes are backward ones. */
import {
  linear,
  linearFilterGradient,
  linearInputGradient,
} from '../../../../kernels/webgpu/classifier/program.ts';
import { featureRow, laneFeatureRow } from '../../../../kernels/webgpu/classifier/rows.ts';
import {
  auxiliaryCrossEntropy,
  crossEntropy,
} from '../../../../kernels/webgpu/cross-entropy/program.ts';
import { floatBits } from '../../../../kernels/webgpu/float-bits.ts';
import { globalPool } from '../../../../kernels/webgpu/global-pool/program.ts';
import { ceilDiv, none, pixelsOf } from '../../../../kernels/webgpu/quad.ts';
import type { GpuBuffer } from '../../../../kernels/webgpu/buffers.ts';
import { parameter } from '../../../../domain/graph/layout.ts';
import type { BatchOf } from '../batches.ts';
import type { Recorder } from '../recorder.ts';
import { range } from '../tiles.ts';
import { WorkCounter } from '../work.ts';

type Linear = BatchOf<'linear'>;

/** Buffers of a classifier, and what its programs share. */
export interface Classifier {
  readonly batch: Linear;
  readonly pooled: GpuBuffer;
  readonly logits: GpuBuffer;
  readonly gradient: GpuBuffer;
  readonly losses: GpuBuffer;
  readonly laneTable: number;
  readonly shape: Readonly<Record<string, number>>;
  /** Weight of its loss in an auxiliary's; null: it is the network's own. */
  readonly auxiliary: number | null;
}

export function classifierOf(
  recorder: Recorder,
  batch: Linear,
  auxiliary: number | null,
): Classifier {
  const { options, memory, gpu, tables } = recorder;
  const { node, value, lanes } = batch;
  const { quads } = value.place;
  const classes = node.outputs;
  const make = (bytes: number): GpuBuffer => memory.own(gpu.buffer(bytes));
  return {
    ...{ batch, auxiliary },
    pooled: make(options.batch * quads * 16),
    logits: make(options.batch * classes * 4),
    gradient: make(options.batch * classes * 4),
    losses: make(options.batch * 8),
    laneTable: tables.add(lanes.map((lane) => featureRow.pack({ lane }))),
    shape: {
      batch: options.batch,
      ...{ classes, quads },
      area: pixelsOf(recorder.plane(value.place.tensor)) / options.batch,
      features: lanes.length,
      lanes: quads * 4,
      weight: parameter(options.table, `${node.name}.weight`).offset,
      bias: parameter(options.table, `${node.name}.bias`).offset,
    },
  };
}

export function forward(recorder: Recorder, classifier: Classifier): void {
  if (classifier.auxiliary === null) logitsOf(recorder, classifier);
}

/** Of the product of features and weights, whichever two of the three it multiplies. */
function productWork(recorder: Recorder, shape: Classifier['shape']): WorkCounter {
  const [images, features, classes] = [shape.batch!, shape.features!, shape.classes!];
  return new WorkCounter(recorder)
    .more(2 * images * features * classes)
    .numbers(images * (features + classes) + features * classes);
}

function logitsOf(
  recorder: Recorder,
  { batch, pooled, logits, shape, laneTable }: Classifier,
): void {
  const { values } = recorder.options;
  recorder.record(
    globalPool(batch.activation),
    [recorder.buffer(batch.value.place.tensor), pooled],
    shape,
    [ceilDiv(shape.batch! * shape.quads!, 64)],
    new WorkCounter(recorder)
      .each(1, batch.value.place.tensor, shape.quads!)
      .readsPlace(batch.value.place)
      .numbers(shape.batch! * shape.lanes!),
  );
  recorder.record(
    linear,
    [pooled, values, logits, recorder.tab],
    { ...shape, table: laneTable },
    [ceilDiv(shape.batch! * shape.classes!, 64)],
    productWork(recorder, shape),
  );
}

export function backward(recorder: Recorder, classifier: Classifier): void {
  const { logits, gradient, losses, shape, auxiliary } = classifier;
  const { labels } = recorder.options;
  const buffers = [logits, labels, gradient, losses];
  const grid = [ceilDiv(shape.batch!, 64)] as const;
  const logitCount = shape.batch! * shape.classes!;
  const work = new WorkCounter(recorder).more(4 * logitCount).numbers(2 * logitCount);
  if (auxiliary === null) {
    recorder.part('loss');
    recorder.record(crossEntropy, buffers, shape, grid, work);
    recorder.part('backward');
  } else {
    logitsOf(recorder, classifier);
    recorder.record(
      auxiliaryCrossEntropy,
      buffers,
      { ...shape, scale: floatBits(auxiliary) },
      grid,
      work,
    );
  }
  gradientsOf(recorder, classifier);
}

/** From the logits' gradient on. Overwrites the gradient of what it reads: it is the first to write there. */
function gradientsOf(
  recorder: Recorder,
  { batch, pooled, gradient, shape, laneTable }: Classifier,
): void {
  const { tables, tab } = recorder;
  const { values, grads } = recorder.options;
  const { value, lanes, activation } = batch;
  recorder.record(
    linearFilterGradient,
    [pooled, gradient, grads, tab],
    { ...shape, table: laneTable },
    [ceilDiv((lanes.length + 1) * shape.classes!, 64)],
    productWork(recorder, shape),
  );
  const featureOf = new Array<number>(shape.quads! * 4).fill(none);
  lanes.forEach((lane, f) => (featureOf[lane] = f));
  if (recorder.claim(value.gradient.tensor, range(shape.quads!)))
    throw new Error(`${batch.node.name} is not the first to reach what it reads`);
  recorder.record(
    linearInputGradient(activation),
    [
      ...[gradient, values],
      ...(activation === 'none' ? [] : [recorder.buffer(value.place.tensor)]),
      ...[recorder.buffer(value.gradient.tensor), tab],
    ],
    {
      ...shape,
      table: tables.add(featureOf.map((feature) => laneFeatureRow.pack({ feature }))),
      scale: floatBits(recorder.lossScale),
    },
    [ceilDiv(shape.batch! * shape.quads!, 64)],
    productWork(recorder, shape).moves(
      value.place.tensor,
      shape.quads! * (activation === 'none' ? 1 : 2),
    ),
  );
}
