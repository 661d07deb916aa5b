/** The methods without a search of their own, on the MobileNet-like space. */
import { expect, it } from 'vitest';
import { mobilePresets } from '../../domain/settings/mobile-presets.ts';
import { countParameters } from '../granularity/count.ts';
import { planSearch, superNet } from './methods.ts';
import { randomNetwork } from './random-network.ts';
import { pruneFilters } from './ratios.ts';

const target = 4000;
const settings = { ...mobilePresets['mobile-tiny'], targetParameters: target };
const image = { size: 12, channels: 1, classes: 10 };
const whole = superNet(settings, image);

it('prunes a share of the filters by both gates of a block and by the head', () => {
  const { masks } = pruneFilters(whole, 0.5);
  const shares = Object.values(masks.filters).map(
    (mask) => mask.reduce((a, b) => a + b, 0) / mask.length,
  );
  expect(shares.length).toBe(5 * 6 * 2 + 1);
  for (const share of shares) expect(share).toBeCloseTo(0.5, 1);
});

it('leaves the ratios a search from which they lead to the target', () => {
  const plan = planSearch('fixed-ratio', settings, image)!;
  expect(plan.settings.targetParameters).toBeGreaterThan(target);
  const finished = plan.variant.finish!(whole);
  expect(countParameters(finished).active).toBeLessThanOrEqual(target);
});

it('draws random networks of the target, some without a layer', () => {
  const drawn = [1, 2, 3, 4].map((seed) => randomNetwork(whole, target, seed));
  for (const network of drawn) expect(countParameters(network).active).toBe(target);
  const emptied = drawn.flatMap(({ plan }) =>
    plan.cells.filter(({ candidates }) => candidates.length === 0),
  );
  for (const { shape } of emptied) expect(shape.shortcut).toBe(true);
});
