import { expect, it } from 'vitest';
import { createSpace } from '../../domain/spaces/cells.ts';
import { buildPlan, fullMasks } from '../../domain/spaces/build-plan.ts';
import { migrateParameters } from './parameters.ts';

const space = createSpace(
  {
    ...{ cells: 1, nodes: 1, channels: 4, stages: 1, stemMultiplier: 1 },
    operations: ['skip_connect', 'sep_conv_3x3', 'dil_conv_5x5'],
  },
  { size: 8, channels: 1, classes: 3 },
);
const plan = buildPlan(space, fullMasks(space), 0, 0);

/** Largest magnitude of each masked array, by candidate; the first of each is depthwise, the next pointwise. */
function largest(bounds: 'own' | 'alike'): Map<number, number[]> {
  const { values } = migrateParameters(plan.table, null, 3, 0, bounds);
  const found = new Map<number, number[]>();
  for (const { maskedBy, offset, size } of plan.table.specs) {
    if (!maskedBy) continue;
    const magnitudes = values.subarray(offset, offset + size).map(Math.abs);
    found.set(maskedBy.unit, [...(found.get(maskedBy.unit) ?? []), Math.max(...magnitudes)]);
  }
  return found;
}

it('draws all convolutions of a candidate within one bound where their bounds are alike', () => {
  const [own, alike] = [largest('own'), largest('alike')];
  expect(own.size).toBe(4);
  for (const [unit, peaks] of alike) {
    // A depthwise 5x5 has 1/5, 3x3 1/3, a pointwise of four inputs 1/2.
    const bound = peaks.length === 2 ? (1 / 5 + 1 / 2) / 2 : (1 / 3 + 1 / 2) / 2;
    for (const peak of peaks) {
      expect(peak).toBeLessThanOrEqual(bound);
      expect(peak).toBeGreaterThan(0.7 * bound);
    }
    const [depthwise, pointwise] = own.get(unit)!;
    expect(depthwise).toBeLessThan(peaks[0]!);
    expect(pointwise).toBeGreaterThan(bound);
  }
});

it('changes no other array', () => {
  const [own, alike] = (['own', 'alike'] as const).map((bounds) =>
    migrateParameters(plan.table, null, 3, 0, bounds),
  );
  const others = plan.table.specs.filter(({ maskedBy }) => !maskedBy);
  for (const { offset, size } of others)
    expect(alike!.values.subarray(offset, offset + size)).toEqual(
      own!.values.subarray(offset, offset + size),
    );
});
