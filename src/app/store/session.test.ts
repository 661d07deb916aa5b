import { expect, it } from 'vitest';
import { withValue } from '../../domain/settings/path.ts';
import type { ListedDataset } from '../../protocol/data-messages.ts';
import { datasets } from '../sessions/datasets-state.ts';
import { canStart, changeSettings, choosePreset } from '../sessions/search.ts';
import { lab } from './store.ts';

const set = (id: string, train: number[]): ListedDataset => ({
  ...{ id, name: id, kind: 'image-folder', size: 16, channels: 3, test: [1, 1], notes: [] },
  ...{ classNames: train.map(String), train, mean: [0], deviation: [1], bytes: 1, imported: 0 },
});
const used = (): number => lab.getState().settings.data.trainImages;

it('a preset uses as many images as the chosen set has; entered values are kept and checked', () => {
  choosePreset('tiny');
  const preset = used();
  datasets.setState({ sets: [set('few', [100, 80]), set('many', [9_000, 9_000])] });
  datasets.setState({ choice: 'few' });
  expect(used()).toBe(0);
  expect(lab.getState().preset).toBe('tiny');
  expect(
    canStart(lab.getState(), { name: 'few', train: 180, test: 2, channels: 1, classes: 10 }),
  ).toBe(true);
  datasets.setState({ choice: 'many' });
  expect(used()).toBe(preset);

  changeSettings(withValue(lab.getState().settings, 'data.trainImages', 15_000));
  expect(
    canStart(lab.getState(), { name: 'many', train: 18_000, test: 2, channels: 1, classes: 10 }),
  ).toBe(true);
  datasets.setState({ choice: 'few' });
  expect(used()).toBe(15_000);
  expect(
    canStart(lab.getState(), { name: 'few', train: 180, test: 2, channels: 1, classes: 10 }),
  ).toBe(false);
  // Until the set is known nothing starts that would fail after it was loaded.
  expect(canStart(lab.getState(), null)).toBe(false);
});
