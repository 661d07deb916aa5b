/** The dense convolution of the image. It has no input gradient. */
import { ceilDiv } from '../../../../kernels/webgpu/quad.ts';
import { stemFilterGradient } from '../../../../kernels/webgpu/stem-filter-gradient/program.ts';
import { stemRows } from '../../../../kernels/webgpu/stem/column.ts';
import { stemForward } from '../../../../kernels/webgpu/stem/program.ts';
import type { BatchOf } from '../batches.ts';
import type { Recorder } from '../recorder.ts';
import { WorkCounter } from '../work.ts';

type Convolution = BatchOf<'image convolution'>;

function checkWhole({ place }: Convolution): void {
  if (place.quad > 0) throw new Error(`${place.tensor.label} does not begin with the image's`);
}

/** Sizes of the outputs and of the image. */
const planes = (recorder: Recorder, { place, imageSize }: Convolution) => ({
  ...recorder.plane(place.tensor),
  ...{ inHeight: imageSize, inWidth: imageSize },
});

const workOf = (recorder: Recorder, { place, channels, imageSize }: Convolution): WorkCounter =>
  new WorkCounter(recorder)
    .multiplyAdds(9 * channels, place.tensor, place.quads)
    .moves(place.tensor, place.quads)
    .numbers(4 * recorder.options.batch * imageSize ** 2 + 9 * channels * 4 * place.quads);

export function forward(recorder: Recorder, batch: Convolution): void {
  checkWhole(batch);
  const { place, channels, weights } = batch;
  const plane = planes(recorder, batch);
  const tiles = ceilDiv(
    plane.batch * ceilDiv(plane.height, stemRows(batch.stride)) * plane.width,
    64,
  );
  recorder.record(
    stemForward(channels, batch.stride),
    [recorder.options.images, recorder.masked, recorder.buffer(place.tensor)],
    { ...plane, weights: weights.weights },
    [tiles, place.quads],
    workOf(recorder, batch),
  );
}

export function backward(recorder: Recorder, batch: Convolution): void {
  const { place, channels, weights, stride } = batch;
  const { sizes, images } = recorder.options;
  recorder.record(
    stemFilterGradient(channels, stride, sizes.filter),
    [images, recorder.buffer(place.tensor), recorder.chunks],
    { ...planes(recorder, batch), result: weights.gradient, ...recorder.chunkParams },
    [sizes.chunks, place.quads * 3],
    workOf(recorder, batch),
  );
}
