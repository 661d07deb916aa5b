import { expect, it } from 'vitest';
import { compareCommand } from './compare-options.ts';
import type { CompareOptions } from './compare-options.ts';

const parse = (...args: string[]): CompareOptions =>
  compareCommand(['small'])
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .parse(args, { from: 'user' })
    .opts<CompareOptions>();

it('gives single methods settings of their own', () => {
  expect(parse().setFor).toEqual({});
  const { setFor } = parse(
    ...['--set-for', 'mgas:optimizers.thresholds.rate=0.1', '--set-for', 'mgas:regularizer.mu=1'],
    ...['--set-for', 'weight-only:optimizers.weightThresholds.rate=2e-3'],
  );
  expect(setFor).toEqual({
    mgas: { 'optimizers.thresholds.rate': 0.1, 'regularizer.mu': 1 },
    'weight-only': { 'optimizers.weightThresholds.rate': 0.002 },
  });
});

it.each([
  ['darts:regularizer.mu=1', /'darts' is not a method. Choose from mgas/],
  ['mgas:regularizer.nu=1', /'regularizer\.nu' is not a numeric setting/],
  ['mgas:granularities.weight=1', /is not a numeric setting/],
  ['mgas:regularizer.mu=', /'' is not a number/],
  ['regularizer.mu=1', /'' is not a method. Choose from mgas/],
])('refuses %s', (text, message) => {
  expect(() => parse('--set-for', text)).toThrow(message);
});
