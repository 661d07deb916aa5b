import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedPaths, LinkRefused, nearestPreset, readLink, writeLink } from './link.ts';
import { withValue } from './path.ts';
import { cellPresets } from './cell-presets.ts';
import { presets } from './presets.ts';
import type { MobileSettings } from '../spaces/mobile-table.ts';
import { findProblems } from './problems.ts';

const { tiny, demo } = presets;

describe('settings in a link', () => {
  it('are a preset and what differs from it', () => {
    const settings = withValue(withValue(tiny, 'seed', 7), 'targetParameters', 3_000);
    expect(writeLink(settings).toString()).toBe('v=1&preset=tiny&targetParameters=3000&seed=7');
    expect(nearestPreset(withValue(demo, 'seed', 7))).toBe('demo');
    expect(changedPaths(settings, 'tiny')).toEqual(['targetParameters', 'seed']);
  });

  it('survive a round trip, lists, switches and fractions too', () => {
    let settings = withValue(tiny, 'space.operations', tiny.space.operations.slice(0, 2));
    settings = withValue(settings, 'granularities.weight', false);
    settings = withValue(settings, 'regularizer.lambda0', 1e-7);
    expect(readLink(new URLSearchParams(writeLink(settings).toString()))).toEqual({
      settings,
      preset: 'tiny',
    });
    for (const preset of Object.values(presets))
      expect(readLink(writeLink(preset)).settings).toEqual(preset);
  });

  it('hold a space of one\u2019s own', () => {
    const mobile = presets['mobile-tiny'];
    const space: MobileSettings = {
      ...mobile.space,
      stemStride: 2,
      stageLayers: [2, 1],
      groups: [
        { channels: 12, layers: 2, stride: 1 },
        { channels: 16, layers: 1, stride: 2 },
      ],
      candidates: [
        { kernel: 3, expansion: 3 },
        { kernel: 7, expansion: 4 },
      ],
    };
    const own = { ...mobile, space };
    const text = writeLink(own).toString();
    expect(text).toContain('preset=mobile-tiny');
    expect(text).toContain('space.groups=12-2-1%2C16-1-2');
    expect(readLink(new URLSearchParams(text)).settings).toEqual(own);
    expect(nearestPreset(own)).toBe('mobile-tiny');
  });

  it.each([
    ['preset=tiny', 'v', /version/],
    ['v=2&preset=tiny', 'v', /latest/],
    ['v=1&preset=huge', 'preset', /huge.*tiny/],
    ['v=1&preset=tiny&speed=3', 'speed', /speed/],
    ['v=1&preset=tiny&seed=x', 'seed', /number/],
    ['v=1&preset=tiny&seed=-1', 'seed', /at least 0/],
    ['v=1&preset=tiny&seed=1&seed=2', 'seed', /twice/],
    ['v=1&preset=tiny&space.operations=', 'space.operations', /at least one/],
    ['v=1&preset=tiny&space.operations=sep', 'space.operations', /choose/],
    ['v=1&preset=tiny&granularities.weight=1', 'granularities.weight', /true or false/],
    ['v=1&preset=tiny&space.cells=1', 'space.cells', /stage/],
    ['v=1&preset=tiny&space.groups=4-2-1', 'space.groups', /no setting/],
    ['v=1&preset=mobile-tiny&space.cells=3', 'space.cells', /no setting/],
    ['v=1&preset=mobile-tiny&space.groups=4-2', 'space.groups', /channels-layers-stride/],
    ['v=1&preset=mobile-tiny&space.groups=4-5-9', 'space.groups', /row 1, stride choose from 1, 2/],
    [
      'v=1&preset=mobile-tiny&space.groups=4-4-1',
      'space.stageLayers',
      /5 layers together, the groups have 4/,
    ],
    ['v=1&preset=mobile-tiny&space.candidates=3-3,3-x', 'space.candidates', /kernel-expansion/],
  ])('%s is refused, naming %s', (text, field, message) => {
    try {
      readLink(new URLSearchParams(text));
    } catch (error) {
      expect(error).toBeInstanceOf(LinkRefused);
      expect((error as LinkRefused).field).toBe(field);
      expect((error as LinkRefused).message).toMatch(message);
      return;
    }
    throw new Error('it was read');
  });

  it('is read correctly or rejected, for any mutation', () => {
    const links = [
      ...Object.values(cellPresets).map((preset) => withValue(preset, 'space.cells', 5)),
      withValue(presets['mobile-tiny'], 'space.groups', [{ channels: 8, layers: 5, stride: 2 }]),
    ].map((settings) => writeLink(withValue(settings, 'seed', 11)).toString());
    const mutation = fc.record({
      link: fc.constantFrom(...links),
      at: fc.nat(80),
      cut: fc.nat(12),
      put: fc.string({ maxLength: 6 }),
    });
    fc.assert(
      fc.property(mutation, ({ link, at, cut, put }) => {
        const text = link.slice(0, at) + put + link.slice(at + cut);
        try {
          expect(findProblems(readLink(new URLSearchParams(text)).settings, null)).toEqual([]);
        } catch (error) {
          expect(error).toBeInstanceOf(LinkRefused);
          expect((error as LinkRefused).message.length).toBeLessThan(260);
        }
      }),
      { numRuns: 400 },
    );
  });
});

it('holds what the absence of a setting means, where a file is older than it', () => {
  const earlier = structuredClone(presets.tiny) as Record<string, unknown> & typeof presets.tiny;
  delete earlier.halfFloats;
  delete earlier.data.validationImages;
  delete earlier.optimizers.thresholds.filterFactor;
  delete earlier.regularizer.softCount;
  const link = writeLink(earlier);
  expect(Object.fromEntries(link)).toEqual({
    ...{ v: '1', preset: 'tiny' },
    ...{ 'data.validationImages': '0', 'regularizer.softCount': 'false' },
  });
  expect(readLink(link)?.settings.regularizer.softCount).toBe(false);
});

it('holds half floats', () => {
  const link = writeLink({ ...presets.tiny, halfFloats: true });
  expect(link.get('halfFloats')).toBe('true');
  expect(readLink(link)?.settings.halfFloats).toBe(true);
});
