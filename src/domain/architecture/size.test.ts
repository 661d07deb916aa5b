import { describe, expect, it } from 'vitest';
import { networkOf } from '../../engine/train/trained.ts';
import { modelCard } from '../../engine/architecture/export/card.ts';
import {
  sampleChain,
  sampleTrained,
  sampleWidened,
} from '../../engine/architecture/export/sample.ts';
import { sizeOf } from './size.ts';

describe.each([
  ['as found', sampleTrained()],
  ['widened', sampleWidened()],
  ['of a chain', sampleChain(1)],
])('the size of an architecture, %s', (_, trained) => {
  const network = networkOf(trained);

  it('equals the counted tensors and masks of the network', () => {
    const { specs } = network.plan.table;
    const { weightMask } = network.parameters;
    let [dense, nonZero, bitmaps] = [0, 0, 0];
    for (const { group, offset, size, maskedBy } of specs) {
      if (group !== 'weight') continue;
      const alive = maskedBy
        ? weightMask.subarray(offset, offset + size).filter((bit) => bit === 1).length
        : size;
      dense += size;
      nonZero += alive;
      if (alive < size) bitmaps += Math.ceil(size / 8);
    }
    expect(nonZero).toBeLessThan(dense);
    expect(bitmaps).toBeGreaterThan(0);
    const { parameters, bytes } = sizeOf(trained.architecture);
    expect(parameters).toEqual({ dense, nonZero });
    expect(bytes).toEqual({ dense: 4 * dense, withBitmap: 4 * nonZero + bitmaps });
  });

  it('equals the counts of the export card', () => {
    expect(modelCard(network, trained)).toMatchObject(sizeOf(trained.architecture));
  });
});
