/**
 * Presets of one's own: settings under a name, kept in this browser. What is stored is input from outside: an entry that
 * this version cannot read stays stored as it is, and is not offered.
 */
import * as v from 'valibot';
import { createStore, useStore } from 'zustand';
import { SearchSettingsSchema } from '../../domain/settings/schema.ts';
import type { SearchSettings } from '../../domain/settings/schema.ts';
import { presets } from '../../domain/settings/presets.ts';

export interface OwnPreset {
  readonly name: string;
  readonly settings: SearchSettings;
}

interface OwnPresetsState {
  list: readonly OwnPreset[];
  /** Removed last: it can be restored, to where it was. */
  removed: { preset: OwnPreset; index: number } | null;
  /** Why it is kept for this page only. */
  obstacle: string | null;
}

export const memory = 'mgas-lab.presets';
const longestName = 60;
const most = 40;

const EntrySchema = v.object({
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(longestName)),
  settings: SearchSettingsSchema,
});

/** Entries of another version, written back as they were read. */
let unread: unknown[] = [];

export const ownPresets = createStore<OwnPresetsState>(() => ({
  list: read(),
  removed: null,
  obstacle: null,
}));

export function useOwnPresets<T>(select: (state: OwnPresetsState) => T): T {
  return useStore(ownPresets, select);
}

// Another tab keeps, renames or removes one.
if (typeof window !== 'undefined')
  window.addEventListener('storage', ({ key }) => {
    if (key === memory) ownPresets.setState({ list: read() });
  });

/** What is wrong with a name, with the mend; null = nothing. @param but the name that it has now. */
export function nameProblem(name: string, but: string | null = null): string | null {
  const wanted = name.trim();
  const taken = [...Object.keys(presets), ...ownPresets.getState().list.map((one) => one.name)];
  if (wanted === '') return 'Name: enter one.';
  if (wanted.length > longestName) return `Name: at most ${longestName} characters.`;
  return wanted !== but && taken.includes(wanted)
    ? `Name: a preset “${wanted}” exists already; choose another.`
    : null;
}

/** @throws RangeError with what is wrong with the name, or when there are too many. */
export function keepPreset(name: string, settings: SearchSettings): void {
  const { list } = ownPresets.getState();
  const problem =
    nameProblem(name) ??
    (list.length >= most ? `At most ${most} presets are kept: remove one first.` : null);
  if (problem !== null) throw new RangeError(problem);
  write([...list, { name: name.trim(), settings: structuredClone(settings) }]);
}

/** @throws RangeError with what is wrong with the name. */
export function renamePreset(name: string, next: string): void {
  const problem = nameProblem(next, name);
  if (problem !== null) throw new RangeError(problem);
  write(
    ownPresets
      .getState()
      .list.map((one) => (one.name === name ? { ...one, name: next.trim() } : one)),
  );
}

export function removePreset(name: string): void {
  const { list } = ownPresets.getState();
  const index = list.findIndex((one) => one.name === name);
  const preset = list[index];
  if (!preset) return;
  write(list.filter((one) => one !== preset));
  ownPresets.setState({ removed: { preset, index } });
}

export function restorePreset(): void {
  const { list, removed } = ownPresets.getState();
  if (!removed) return;
  const { preset, index } = removed;
  // Another may have taken its name since.
  const name = nameProblem(preset.name) === null ? preset.name : `${preset.name} (restored)`;
  write(list.toSpliced(index, 0, { ...preset, name }));
  ownPresets.setState({ removed: null });
}

/** The one with exactly these settings. */
export const presetWith = (
  settings: SearchSettings,
  list: readonly OwnPreset[],
): OwnPreset | undefined => {
  const text = JSON.stringify(settings);
  return list.find((one) => JSON.stringify(one.settings) === text);
};

function write(list: readonly OwnPreset[]): void {
  try {
    localStorage.setItem(memory, JSON.stringify([...list, ...unread]));
    ownPresets.setState({ list, obstacle: null });
  } catch {
    ownPresets.setState({
      list,
      obstacle:
        'The browser does not store data for this page: presets are lost when it is closed.',
    });
  }
}

function read(): OwnPreset[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(memory) ?? '[]');
    const entries = (Array.isArray(stored) ? stored : [stored]).map((entry: unknown) => ({
      entry,
      result: v.safeParse(EntrySchema, entry),
    }));
    unread = entries.flatMap(({ entry, result }) => (result.success ? [] : [entry]));
    return entries.flatMap(({ result }) => (result.success ? [result.output] : []));
  } catch {
    return [];
  }
}
