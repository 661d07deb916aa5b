/**
 * The page's one store, in slices. Vanilla, so that canvases subscribe to it without going through React. Everything
 * about a run comes from its events; a batch of them is one update.
 */
import { createContext, use } from 'react';
import { createStore, useStore } from 'zustand';
import type { SearchSettings } from '../../domain/settings/schema.ts';
import { presets } from '../../domain/settings/presets.ts';
import type { PresetName } from '../../domain/settings/presets.ts';
import type { ClientState } from '../sessions/search-client.ts';
import type {
  BackendChoice,
  DatasetSource,
  ProbeResult,
  WorkerError,
} from '../../protocol/messages.ts';
import type { SuperNet } from '../../domain/counts.ts';
import { emptyRun } from './run-model.ts';
import type { PastRun } from './past-run.ts';
import type { RunModel } from './run-state.ts';

export interface RunSlice {
  state: ClientState;
  run: RunModel;
  superNet: SuperNet | null;
  loading: { loaded: number; total: number } | null;
  /** Of the programs that the search compiled last. */
  compiling: { done: number; total: number } | null;
  /** Pause was pressed and has not taken effect. */
  pausing: boolean;
  /** Stop was pressed long ago: offer the hard way. */
  stopIsSlow: boolean;
  /** A key asked to stop the search: it is paused until that is confirmed or taken back. */
  stopAsked: boolean;
  error: WorkerError | null;
}

/** Which run and which moment of it is on screen: see replay.ts. */
export interface ReplaySlice {
  /** Of the search that runs or ran last; null before the first. */
  runId: string | null;
  /** A run that was, on screen in its place. */
  pastId: string | null;
  /** A link's run that is nowhere to be found. */
  missingId: string | null;
  /** A run that is being brought on screen. */
  opening: string | null;
  /** Moments of the run on screen to stop at, and the one shown; null = the newest. */
  stops: number;
  cursor: number | null;
  /** What is shown in place of the running search as it stands. `newest`: of a run that was, at its newest moment. */
  replay: { run: RunModel; superNet: SuperNet | null; newest: RunModel } | null;
  /** What this tab's search was started with: the setup may have been changed since. */
  origin: RunOrigin | null;
  /** Earlier runs of this page, newest first. */
  earlier: readonly PastRun[];
  /** A second run to look at beside it, as it stood at its end. */
  beside: {
    readonly id: string;
    readonly run: RunModel;
    readonly superNet: SuperNet | null;
  } | null;
}

export interface RunOrigin {
  readonly settings: SearchSettings;
  readonly backend: BackendChoice;
  readonly dataset: { readonly name: string; readonly source: DatasetSource };
}

export interface SetupSlice {
  settings: SearchSettings;
  /** Null once something was changed by hand. */
  preset: PresetName | null;
  backend: BackendChoice;
  probe: ProbeResult | null;
}

export interface PageSlice {
  dialog: 'settings' | 'shortcuts' | 'adapter' | null;
}

export type LabState = RunSlice & ReplaySlice & SetupSlice & PageSlice;

export const emptyRunSlice: Omit<RunSlice, 'state'> = {
  run: emptyRun,
  superNet: null,
  loading: null,
  compiling: null,
  pausing: false,
  stopIsSlow: false,
  stopAsked: false,
  error: null,
};

export const lab = createStore<LabState>(() => ({
  state: 'idle',
  ...emptyRunSlice,
  runId: null,
  pastId: null,
  missingId: null,
  opening: null,
  stops: 0,
  cursor: null,
  replay: null,
  origin: null,
  earlier: [],
  beside: null,
  settings: presets.tiny,
  preset: 'tiny',
  backend: 'webgpu',
  probe: null,
  dialog: null,
}));

export function useLab<T>(select: (state: LabState) => T): T {
  return useStore(lab, select);
}

let lastShown: { of: LabState; shown: LabState } | null = null;

/** The state with the run that is on screen in place of the running one. */
export function shownState(state: LabState = lab.getState()): LabState {
  if (!state.replay) return state;
  if (lastShown?.of !== state)
    lastShown = {
      of: state,
      shown: { ...state, run: state.replay.run, superNet: state.replay.superNet },
    };
  return lastShown.shown;
}

let lastBeside: { of: LabState; beside: LabState } | null = null;

/** The state with the run beside in place of the running one. */
export function besideState(state: LabState = lab.getState()): LabState {
  if (!state.beside) return { ...state, run: emptyRun, superNet: null };
  if (lastBeside?.of !== state) lastBeside = { of: state, beside: { ...state, ...state.beside } };
  return lastBeside.beside;
}

/** Which run the components below show: the one on screen, or the one beside it. */
export const RunSide = createContext<(state?: LabState) => LabState>(shownState);

/** As `useLab`, but of the run that is on screen: what every view of a run asks. */
export function useShown<T>(select: (state: LabState) => T): T {
  const side = use(RunSide);
  return useStore(lab, (state) => select(side(state)));
}

/** Settings of the search on screen, or of the one that Start would begin. */
export function shownSettings({ run, settings }: LabState): SearchSettings {
  return run.started?.settings ?? settings;
}

/** Parameters of the unpruned super-net as far as the search has come. */
export function fullParameters({
  superNet,
  run,
}: Pick<LabState, 'superNet' | 'run'>): number | null {
  const stage = run.stages[run.stages.length - 1];
  if (!superNet || !stage) return run.started?.superNetParameters ?? null;
  return superNet.stageParameters[stage.index] ?? superNet.stageParameters.at(-1) ?? null;
}
