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

  it('is that of the network it describes, whose tensors and masks are counted here one by one', () => {
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

  it('is what the card of an export counts', () => {
    expect(modelCard(network, trained)).toMatchObject(sizeOf(trained.architecture));
  });
});
