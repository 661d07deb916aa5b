/** What this browser's adapter can do: each preset timed on it, with the time that a whole search takes. */
import { createStore, useStore } from 'zustand';
import { presets } from '../../domain/settings/presets.ts';
import type { PresetName } from '../../domain/settings/presets.ts';
import { problems } from '../../domain/settings/problems.ts';
import { adapterName } from '../../protocol/adapter.ts';
import type { BenchCase } from '../../protocol/bench.ts';
import { errorOf } from '../../protocol/rpc.ts';
import { chosenImages, chosenSource } from './dataset-sources.ts';
import { datasets } from './datasets-state.ts';
import { notePace, paceKey } from '../store/pace.ts';
import { lab } from '../store/store.ts';
import { benchSteps, settingsOnSet, stopMeasuring } from './search.ts';
import { whenOccupied } from './device.ts';

interface AdapterBench {
  readonly results: Readonly<Partial<Record<PresetName, BenchCase>>>;
  /** Why a preset could not be measured. */
  readonly problems: Readonly<Partial<Record<PresetName, string>>>;
  readonly running: PresetName | null;
  /** Presets that wait. */
  readonly waiting: readonly PresetName[];
}

const idle = { running: null, waiting: [] } as const;
export const adapterBench = createStore<AdapterBench>(() => ({
  ...{ results: {}, problems: {} },
  ...idle,
}));
export const useAdapterBench = <T>(select: (state: AdapterBench) => T): T =>
  useStore(adapterBench, select);

/** Measures presets one after the other; what was measured of them before is replaced. */
export async function benchPresets(names: readonly PresetName[]): Promise<void> {
  if (adapterBench.getState().running !== null) return;
  adapterBench.setState({ waiting: names });
  // A search, training or comparison that begins takes the device: it would be measured along.
  const unwatch = whenOccupied(stopBench);
  for (;;) {
    const [running, ...waiting] = adapterBench.getState().waiting;
    if (!running) break;
    adapterBench.setState({ running, waiting });
    await benchPreset(running);
  }
  unwatch();
  adapterBench.setState(idle);
}

async function benchPreset(name: PresetName): Promise<void> {
  const note = (text: string | null): void =>
    adapterBench.setState(({ problems: others }) => ({
      problems: { ...others, [name]: text ?? undefined },
    }));
  note(null);
  const set = chosenImages(datasets.getState());
  if (!set) return note('The data set is not known yet.');
  const settings = settingsOnSet(presets[name]);
  const [problem] = problems(settings, set).values();
  if (problem) return note(problem);
  try {
    const result = await benchSteps({ settings, dataset: chosenSource() });
    notePace(paceKey(settings, set, 'webgpu'), result.msPerStage);
    adapterBench.setState(({ results }) => ({ results: { ...results, [name]: result } }));
  } catch (error) {
    // Stopped on purpose: there is nothing to say.
    if (adapterBench.getState().running === null) return;
    const { message, advice } = errorOf(error);
    note(`${message} ${advice}`);
  }
}

/** At once, whatever it is doing. */
export function stopBench(): void {
  if (adapterBench.getState().running === null) return;
  adapterBench.setState(idle);
  stopMeasuring();
}

export const benchFormat = 'mgas-bench';

/** As a file: what was measured, on what. @param now milliseconds since 1970. */
export function benchFile(now: number): string {
  const { results } = adapterBench.getState();
  const { probe } = lab.getState();
  const file = {
    ...{ format: benchFormat, version: 1, measured: new Date(now).toISOString() },
    adapter: probe?.webgpu ? { ...probe.webgpu, name: adapterName(probe.webgpu) } : null,
    browser: navigator.userAgent,
    cases: Object.entries(results).map(([preset, result]) => ({ name: preset, ...result })),
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}
