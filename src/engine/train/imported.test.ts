/** Architectures from elsewhere are trained like any other: an epoch of each at a small size. */
import { expect, it } from 'vitest';
import {
  openPublished,
  openPublishedLike,
  publishedNetwork,
} from '../architecture/import/gallery.ts';
import { trainSettingsFor } from './settings.ts';
import { brightnessData, trainOnCpu } from './testing.ts';

const images = { imageSize: 8, imageChannels: 1, classes: 10 };
const { architecture: cells } = openPublished(publishedNetwork('DARTS_V2'), {
  ...{ cells: 3, channels: 2, ...images },
});

it.each([
  ['DARTS V2', cells],
  ['ProxylessNAS-mobile', openPublishedLike(publishedNetwork('ProxylessNAS_mobile'), cells).architecture],
])('%s trains for an epoch', async (_, architecture) => {
  const settings = { ...trainSettingsFor(architecture, 1), batchSize: 8 };
  const data = brightnessData({ ...architecture.settings, batchSize: 8 });
  const { trained, events } = await trainOnCpu({ architecture, settings, data });
  expect(events.at(-1)).toMatchObject({ type: 'training-finished', step: 4 });
  expect(trained!.architecture.origin).toEqual(architecture.origin);
  expect(trained!.test.images).toBe(data.testImages);
}, 120_000); // prettier-ignore
