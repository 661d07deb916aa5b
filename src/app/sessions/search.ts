/** Ties the protocol client to the store: what the page can do to a search, and what a search does to the page. */
import { changedPaths, nearestPreset } from '../../domain/settings/link.ts';
import { presets } from '../../domain/settings/presets.ts';
import type { PresetName } from '../../domain/settings/presets.ts';
import type { Steering } from '../../domain/events/steering-schema.ts';
import type { SearchSettings } from '../../domain/settings/schema.ts';
import { SearchClient } from './search-client.ts';
import type { BackendChoice } from '../../protocol/messages.ts';
import { openWorker } from './open-worker.ts';
import { afterDrawing } from '../after-drawing.ts';
import { problems } from '../../domain/settings/problems.ts';
import { chosenImages, chosenSource, nameOfSource } from './dataset-sources.ts';
import { datasets } from './datasets-state.ts';
import { memoryProblem } from './planned-now.ts';
import type { SetImages } from './dataset-sources.ts';
import { replaceRun } from '../router.ts';
import { noteRecording, noteRewind, recordInMemory } from '../store/library-recording.ts';
import { beginRun, clearRun, recordEvents, recordHistory } from '../store/replay.ts';
import { lab } from '../store/store.ts';
import type { LabState, RunOrigin } from '../store/store.ts';

/** A step of a slow backend can take this long; then stopping the hard way is offered. */
const patience = 4_000;
let slowStop: ReturnType<typeof setTimeout> | undefined;

const client = new SearchClient(() => openWorker('search'), {
  onState(state) {
    clearTimeout(slowStop);
    if (state === 'stopping')
      slowStop = setTimeout(() => lab.setState({ stopIsSlow: true }), patience);
    lab.setState({
      ...{ state, pausing: false, stopIsSlow: false },
      ...(state !== 'paused' && { stopAsked: false }),
    });
  },
  onEvents(events) {
    recordEvents(events);
    recordInMemory(events);
  },
  afterDrawing,
  onLoading: (loaded, total) => lab.setState({ loading: { loaded, total } }),
  onCompiling: (done, total) => lab.setState({ compiling: { done, total } }),
  onSuperNet: (superNet) => lab.setState({ superNet }),
  onHistory(events) {
    recordHistory(events);
    noteRewind(events.length);
  },
  onRecording: noteRecording,
  onError: (error) => lab.setState({ error }),
});

/** Asks the worker what this browser can search on. Where WebGPU is missing, the choice of a slow way is the user's. */
export async function probeDevice(): Promise<void> {
  try {
    lab.setState({ probe: await client.probe() });
  } catch {
    // The client has reported why.
  }
}

/** Times a few steps before a search. @returns milliseconds of a step in each stage. */
export const measureSteps = (payload: Parameters<SearchClient['measure']>[0]): Promise<number[]> =>
  client.measure(payload);

export const benchSteps: SearchClient['bench'] = (payload) => client.bench(payload);

export function stopMeasuring(): void {
  client.stopMeasuring();
}

/** A backend that this browser has, a data set that is known, settings without a problem on it, and memory for them. */
export function canStart(
  state: Pick<LabState, 'settings' | 'backend' | 'probe'>,
  set: SetImages | null,
): boolean {
  const { settings, backend, probe } = state;
  return (
    set !== null &&
    (probe === null || probe.backends.includes(backend)) &&
    problems(settings, set).size === 0 &&
    memoryProblem(state) === null
  );
}

export function startSearch(): void {
  const { settings, backend } = lab.getState();
  if (client.isActive || !canStart(lab.getState(), chosenImages(datasets.getState()))) return;
  const source = chosenSource();
  const id = beginRun({ settings, backend, dataset: { name: nameOfSource(source), source } });
  replaceRun(id);
  void client.start({ settings, dataset: source, backend, run: { id, resume: false } });
}

/** Goes on with a stored run from its last checkpoint. */
export function continueRun({ id, ...origin }: RunOrigin & { id: string }): void {
  if (client.isActive) return;
  const { settings, backend, dataset } = origin;
  replaceRun(beginRun(origin, id));
  void client.start({ settings, dataset: dataset.source, backend, run: { id, resume: true } });
}

export function pauseSearch(): void {
  if (client.state !== 'running' || !shownHere()) return;
  lab.setState({ pausing: true });
  client.pause();
}

export function resumeSearch(): void {
  if (!shownHere()) return;
  lab.setState({ stopAsked: false });
  client.resume();
}

/** While paused: one training step. */
export function stepSearch(): void {
  if (shownHere()) client.stepOnce();
}

/** Changes the running search; what came of it comes as an event. */
export function steer(change: Steering): void {
  if (shownHere()) client.steer(change);
}

/** By a key, which a slip can press: the search pauses, and a second press or a button stops it. */
export function askToStop(): void {
  if (!shownHere()) return;
  const { stopAsked } = lab.getState();
  if (stopAsked || client.state === 'loading') return stopSearch();
  if (client.state !== 'running' && client.state !== 'paused') return;
  lab.setState({ stopAsked: true });
  pauseSearch();
}

/** Goes on with the search that a key asked to stop. */
export function keepSearching(): void {
  lab.setState({ stopAsked: false });
  resumeSearch();
}

export function stopSearch(): void {
  if (shownHere()) client.stop();
}

/** What is pressed is meant for the run on screen: while that is another one, the search of this tab is left alone. */
function shownHere(): boolean {
  return lab.getState().pastId === null;
}

/** Ends the worker in the middle of a step; what was found is lost to download, not to view. */
export function abandonSearch(): void {
  client.abandon();
  lab.setState(({ run }) => ({
    run: { ...run, outcome: run.started ? 'stopped' : null, phase: null },
    loading: null,
    compiling: null,
  }));
}

/** Clears the screen for another search. */
export function newSearch(): void {
  if (client.isActive) return;
  client.reset();
  clearRun();
  replaceRun(null);
}

export function choosePreset(name: PresetName): void {
  lab.setState({ settings: settingsOnSet(presets[name]), preset: name });
}

/** A preset's images, or all that the chosen set has where it has fewer. */
export function settingsOnSet(settings: SearchSettings): SearchSettings {
  const set = chosenImages(datasets.getState());
  return set && settings.data.trainImages > set.train
    ? { ...settings, data: { ...settings.data, trainImages: 0 } }
    : settings;
}

// A preset follows the set; numbers that somebody entered are theirs, and are checked instead.
datasets.subscribe(() => {
  const { preset, settings } = lab.getState();
  if (preset === null) return;
  const fitting = settingsOnSet(presets[preset]);
  if (fitting.data.trainImages !== settings.data.trainImages) lab.setState({ settings: fitting });
});

export function changeSettings(settings: SearchSettings): void {
  // Changed back by hand, it is the preset again.
  const nearest = nearestPreset(settings);
  const whole = changedPaths(settings, nearest).length === 0;
  lab.setState({ settings, preset: whole ? nearest : null });
}

export function chooseBackend(backend: BackendChoice): void {
  lab.setState({ backend });
}
