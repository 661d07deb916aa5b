import { expect, it } from 'vitest';
import { DatasetError } from '../../datasets/dataset.ts';
import type { SearchEvent } from '../../domain/events/events.ts';
import { startSearch } from './search.ts';
import { FakeStepper } from './testing/fake-stepper.ts';
import { smallSettings, syntheticData } from './testing/setup.ts';

it('ends with the name of an image that can no longer be decoded, and what to do', async () => {
  const settings = smallSettings();
  const data = syntheticData(settings);
  const events: SearchEvent[] = [];
  const { result } = startSearch({
    settings,
    data: {
      ...data,
      trainBatch: (epoch, index) =>
        epoch === 1 && index === 3
          ? Promise.reject(
              new DatasetError('train/n01/7.JPEG: byte 90: the JPEG image is cut off.'),
            )
          : Promise.resolve(data.trainBatch(epoch, index)),
    },
    stepper: new FakeStepper(),
    emit: (event) => events.push(event),
  });
  await expect(result).rejects.toThrow('train/n01/7.JPEG');
  expect(events.at(-1)).toMatchObject({
    ...{ type: 'failed', code: 'images', step: data.stepsPerEpoch + 3 },
    message: expect.stringContaining('train/n01/7.JPEG: byte 90') as string,
    advice: expect.stringMatching(/up to the last checkpoint is kept.*resume/) as string,
  });
});
