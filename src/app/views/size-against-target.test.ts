import { expect, it } from 'vitest';
import { sizeAgainstTarget } from './size-against-target.ts';

const target = 6_000;

it('calls no stage of some cells within the target', () => {
  expect(sizeAgainstTarget({ active: 900, target, trained: 1, cells: 3 })).toBe(
    'in the first cell of 3; the target for all is 6,000',
  );
  expect(sizeAgainstTarget({ active: 900, target, trained: 2, cells: 3 })).toBe(
    'in the first 2 cells of 3; the target for all is 6,000',
  );
  expect(sizeAgainstTarget({ active: 900, target, trained: 2, cells: 5, part: 'layer' })).toBe(
    'in the first 2 layers of 5; the target for all is 6,000',
  );
});

it('reports whether the whole network meets the target', () => {
  const whole = { target, trained: 3, cells: 3 };
  expect(sizeAgainstTarget({ ...whole, active: 6_000 })).toBe('within the target of 6,000');
  expect(sizeAgainstTarget({ ...whole, active: 6_001 })).toBe('down to 6,000');
});
