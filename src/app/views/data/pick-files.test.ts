import { expect, it } from 'vitest';
import { nameOf } from './pick-files.ts';

const file = new File([], 'x');

it.each([
  [['photos/train/cat/1.png', 'photos/train/ant/1.png'], 'photos'],
  [['cifar-10-binary.tar.gz'], 'cifar-10-binary'],
  [['set.npz'], 'set'],
  [['data_batch_1.bin', 'data_batch_2.bin'], 'data_batch'],
  [['train.bin', 'test.bin'], '2 files'],
  [[], ''],
])('names %j %s', (paths, name) => {
  expect(nameOf(paths.map((path) => ({ path, file })))).toBe(name);
});
