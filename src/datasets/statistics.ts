/** Mean and standard deviation of a set's pixels, exactly: from counts of each byte. */

/**
 * How often each byte occurs in each channel, over the images at `at`.
 * @param images bytes, NHWC, imageBytes an image
 */
export function channelHistograms(
  images: Uint8Array,
  channels: number,
  imageBytes: number,
  at: Iterable<number>,
): Float64Array[] {
  const histograms = Array.from({ length: channels }, () => new Float64Array(256));
  for (const image of at) {
    const end = (image + 1) * imageBytes;
    for (let i = image * imageBytes; i < end; i += channels) {
      for (let channel = 0; channel < channels; channel++)
        histograms[channel]![images[i + channel]!]!++;
    }
  }
  return histograms;
}

export interface ChannelStatistics {
  /** Per channel, of values in [0, 1]. */
  mean: number[];
  deviation: number[];
}

/** Over all images. @param images bytes, channels last */
export function channelStatistics(images: Uint8Array, channels: number): ChannelStatistics {
  const mean: number[] = [];
  const deviation: number[] = [];
  for (const histogram of channelHistograms(images, channels, images.length, [0])) {
    const count = histogram.reduce((sum, times) => sum + times, 0);
    const average = histogram.reduce((sum, times, byte) => sum + times * byte, 0) / count;
    const variance =
      histogram.reduce((sum, times, byte) => sum + times * (byte - average) ** 2, 0) / count;
    mean.push(average / 255);
    deviation.push(Math.sqrt(variance) / 255);
  }
  return { mean, deviation };
}
