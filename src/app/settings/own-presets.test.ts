import { beforeEach, describe, expect, it, vi } from 'vitest';
import { presets } from '../../domain/settings/presets.ts';

const kept = new Map<string, string>();
vi.stubGlobal('localStorage', {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => void kept.set(key, value),
});

const {
  keepPreset,
  memory,
  nameProblem,
  ownPresets,
  presetWith,
  removePreset,
  renamePreset,
  restorePreset,
} = await import('./own-presets.ts');
const mine = { ...presets.tiny, seed: 9, targetParameters: 4_321 };
const names = (): string[] => ownPresets.getState().list.map(({ name }) => name);

beforeEach(() => {
  kept.clear();
  ownPresets.setState({ list: [], removed: null, obstacle: null });
});

describe('presets of one\u2019s own', () => {
  it('are kept under a name, with their settings, and survive a reload', async () => {
    keepPreset(' Mine ', mine);
    expect(names()).toEqual(['Mine']);
    vi.resetModules();
    const again = await import('./own-presets.ts');
    expect(again.ownPresets.getState().list).toEqual([{ name: 'Mine', settings: mine }]);
    expect(presetWith(mine, again.ownPresets.getState().list)?.name).toBe('Mine');
    expect(presetWith(presets.tiny, again.ownPresets.getState().list)).toBeUndefined();
  });

  it('are renamed, removed, and restored to where they were', () => {
    for (const name of ['a', 'b', 'c']) keepPreset(name, mine);
    renamePreset('b', 'second');
    removePreset('second');
    expect(names()).toEqual(['a', 'c']);
    restorePreset();
    expect(names()).toEqual(['a', 'second', 'c']);
    expect(JSON.parse(kept.get(memory)!)).toHaveLength(3);
  });

  it('have unique names', () => {
    keepPreset('Mine', mine);
    for (const [name, problem] of [
      ['Mine', 'already'],
      ['tiny', 'already'],
      ['  ', 'enter one'],
      ['x'.repeat(61), 'at most 60'],
    ] as const) {
      expect(nameProblem(name)).toContain(problem);
      expect(() => keepPreset(name, mine)).toThrow(RangeError);
    }
    expect(nameProblem('Mine', 'Mine')).toBeNull();
  });

  it('of another version stay stored, and are not offered', async () => {
    const foreign = { name: 'From the future', settings: { seed: 'x' } };
    kept.set(memory, JSON.stringify([foreign]));
    vi.resetModules();
    const again = await import('./own-presets.ts');
    expect(again.ownPresets.getState().list).toEqual([]);
    again.keepPreset('Mine', mine);
    expect(JSON.parse(kept.get(memory)!)).toEqual([{ name: 'Mine', settings: mine }, foreign]);
  });

  it('last until the page is closed if nothing can be stored', () => {
    vi.stubGlobal('localStorage', {
      setItem: () => {
        throw new DOMException('no', 'QuotaExceededError');
      },
    });
    keepPreset('Mine', mine);
    expect(names()).toEqual(['Mine']);
    expect(ownPresets.getState().obstacle).toContain('lost when it is closed');
  });
});
