import { expect, it } from 'vitest';
import { presets } from '../../domain/settings/presets.ts';
import { createSpace } from '../../domain/spaces/registry.ts';
import { planStages, stepHyper } from './schedule.ts';

it('trains weights slower in the joint stage alone, and nothing else', () => {
  const { tiny } = presets;
  const settings = { ...tiny, joint: { ...tiny.joint, weightFactor: 0.25 } };
  const space = createSpace(tiny.space, { size: 10, channels: 1, classes: 10 });
  const rates = planStages(space, settings).map((stage) => stepHyper(settings, stage, 'search', 1));
  const { weight, ...others } = rates[0]!.rates;
  expect(rates.map((hyper) => hyper.rates.weight)).toEqual([weight, weight, weight, weight / 4]);
  for (const hyper of rates) expect(hyper.rates).toMatchObject(others);
  // Settings of before hold no factor.
  const { weightFactor: _, ...joint } = settings.joint;
  const last = planStages(space, settings).at(-1)!;
  expect(stepHyper({ ...settings, joint }, last, 'search', 1).rates.weight).toBe(weight);
});
