/** Steps timed on this device, and what they make of a search before it starts. Kept in this browser. */
import { createStore, useStore } from 'zustand';
import * as v from 'valibot';
import { problems } from '../../domain/settings/problems.ts';
import type { SearchSettings } from '../../domain/settings/schema.ts';
import { createSpace } from '../../domain/spaces/registry.ts';
import { forecastSearch, sizesOf } from '../../engine/search/forecast.ts';
import type { Range } from '../../engine/search/forecast.ts';
import { planStages } from '../../engine/search/schedule.ts';
import type { BackendChoice } from '../../protocol/messages.ts';
import { chosenSource } from '../sessions/dataset-sources.ts';
import type { SetImages } from '../sessions/dataset-sources.ts';
import { measureSteps, stopMeasuring } from '../sessions/search.ts';
import { lab } from './store.ts';

const memory = 'mgas-pace';
/** Measurements that are kept. */
const most = 40;
const MemorySchema = v.record(v.string(), v.array(v.pipe(v.number(), v.finite(), v.gtValue(0))));

interface PaceState {
  /** Milliseconds of a step in each stage, the joint one last; by `paceKey`. */
  readonly known: Readonly<Record<string, readonly number[]>>;
  readonly measuring: BackendChoice | null;
  readonly problem: string | null;
}

const paceStore = createStore<PaceState>(() => ({
  ...{ known: remembered(), measuring: null, problem: null },
}));

export function usePace<T>(select: (state: PaceState) => T): T {
  return useStore(paceStore, select);
}

/** What a step's time depends on. */
export function paceKey(
  { space, batchSize, data: { imageSize } }: SearchSettings,
  { name }: Pick<SetImages, 'name'>,
  backend: BackendChoice,
): string {
  return JSON.stringify([backend, name, imageSize, batchSize, space]);
}

/** From Start to end; null where it is not known: no steps were timed, or the settings do not fit the set. */
export function timeOf(
  known: PaceState['known'],
  settings: SearchSettings,
  set: SetImages | null,
  backend: BackendChoice,
): Range | null {
  if (!set || problems(settings, set).size > 0) return null;
  const msPerStep = known[paceKey(settings, set, backend)];
  if (!msPerStep) return null;
  // Stages do not depend on channels and classes.
  const image = { size: settings.data.imageSize, channels: 1, classes: set.name.length + 1 };
  const stages = planStages(createSpace(settings.space, image), settings);
  return forecastSearch(stages, msPerStep, sizesOf(settings, set.train));
}

/** Times a few steps by the settings on screen. */
export async function measureTime(set: SetImages): Promise<void> {
  const { settings, backend } = lab.getState();
  paceStore.setState({ measuring: backend, problem: null });
  try {
    const msPerStep = await measureSteps({ settings, backend, dataset: chosenSource() });
    notePace(paceKey(settings, set, backend), msPerStep);
  } catch (error) {
    // Stopped on purpose: there is nothing to say.
    if (paceStore.getState().measuring !== null)
      paceStore.setState({ problem: error instanceof Error ? error.message : String(error) });
  } finally {
    paceStore.setState({ measuring: null });
  }
}

/** Keeps what was timed. @param key of `paceKey`. @param msPerStep of each stage, the joint one last. */
export function notePace(key: string, msPerStep: readonly number[]): void {
  const { known } = paceStore.getState();
  const entries = Object.entries({ ...known, [key]: msPerStep });
  paceStore.setState({ known: Object.fromEntries(entries.slice(-most)) });
  remember();
}

export function stopTiming(): void {
  paceStore.setState({ measuring: null });
  stopMeasuring();
}

function remember(): void {
  try {
    localStorage.setItem(memory, JSON.stringify(paceStore.getState().known));
  } catch {
    // Without it, the next visit times again.
  }
}

function remembered(): PaceState['known'] {
  try {
    return v.parse(MemorySchema, JSON.parse(localStorage.getItem(memory) ?? '{}'));
  } catch {
    return {};
  }
}
