import { describe, expect, it } from 'vitest';
import { comparisonSettings } from '../../../engine/baselines/preset.ts';
import { presets } from '../../../domain/settings/presets.ts';
import { readForm } from './plan-form.ts';
import type { FormContext, FormField, FormTexts } from './plan-form.ts';

const texts: FormTexts = {
  methods: ['mgas', 'random'],
  targets: '2000, 1200',
  seeds: '1, 2 3',
  settings: 'small',
  epochs: '8',
  trainImages: '2000',
  testImages: '0',
};
const context: FormContext = {
  settings: presets.demo,
  settingsProblem: null,
  images: { train: 12_000, test: 10_000 },
};

describe('the form of a new comparison', () => {
  it('is read as a plan', () => {
    expect(readForm(texts, context).plan).toEqual({
      ...{
        settings: comparisonSettings,
        training: { epochs: 8, trainImages: 2000, testImages: 0 },
      },
      ...{ methods: ['mgas', 'random'], targets: [2000, 1200], seeds: [1, 2, 3] },
    });
    expect(readForm({ ...texts, settings: 'screen' }, context).plan?.settings).toBe(presets.demo);
  });

  it('counts a repeated target or seed once', () => {
    expect(readForm({ ...texts, targets: '500;500', seeds: '7 7' }, context).plan).toMatchObject({
      targets: [500],
      seeds: [7],
    });
  });

  it.each<[FormField, Partial<FormTexts>, string]>([
    ['methods', { methods: [] }, 'Methods: choose at least one.'],
    ['targets', { targets: '' }, 'Target sizes: whole numbers from 1'],
    ['targets', { targets: '2000, 0' }, 'Target sizes: whole numbers from 1'],
    ['targets', { targets: '2,000' }, 'without thousands separators: 2000, 1200'],
    ['targets', { targets: '12,345, 6,789' }, 'without thousands separators'],
    ['targets', { targets: '1e3' }, 'Target sizes'],
    ['seeds', { seeds: '1, -2' }, 'Seeds: whole numbers from 0'],
    ['seeds', { seeds: '4294967296' }, 'to 4,294,967,295'],
    ['seeds', { seeds: Array.from({ length: 1300 }, (_, i) => i).join(' ') }, 'make 5,200 runs'],
    ['epochs', { epochs: '0' }, 'Training epochs: a whole number from 1'],
    ['epochs', { epochs: '1.5' }, 'Training epochs'],
    ['trainImages', { trainImages: '8' }, 'Training images: a whole number from 32 to 12,000'],
    ['trainImages', { trainImages: '12001' }, 'Training images'],
    ['testImages', { testImages: '' }, 'Test images: a whole number from 1 to 10,000'],
  ])('names %s, and the remedy: %j', (field, change, message) => {
    const { problems } = readForm({ ...texts, ...change }, context);
    expect([...problems!.keys()]).toEqual([field]);
    expect(problems!.get(field)).toContain(message);
  });

  it('reports invalid current settings when they are used', () => {
    const wrong = { ...context, settingsProblem: 'Batch size: must be at least 1.' };
    expect(readForm({ ...texts, settings: 'screen' }, wrong).problems!.get('settings')).toContain(
      'Current settings: Batch size: must be at least 1.',
    );
    expect(readForm(texts, wrong).problems).toBeNull();
  });

  it('does not check an unknown data set', () => {
    expect(
      readForm({ ...texts, trainImages: '60000' }, { ...context, images: null }).plan?.training
        .trainImages,
    ).toBe(60_000);
  });
});
