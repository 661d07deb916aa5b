/**
 * The page's one store, in slices. Vanilla, so that canvases subscribe to it without going through React. Everything
 * about a run comes from its events; a batch of them is one update.
 */
import { createStore, useStore } from 'zustand';
import type { SearchSettings } from '../../engine/settings.ts';
import { presets } from '../../engine/presets.ts';
import type { PresetName } from '../../engine/presets.ts';
import type { ClientState } from '../../protocol/client.ts';
import type { BackendChoice, ProbeResult, SuperNet, WorkerError } from '../../protocol/messages.ts';
import { emptyRun } from './run-model.ts';
import type { RunModel } from './run-model.ts';

export interface RunSlice {
  state: ClientState;
  run: RunModel;
  superNet: SuperNet | null;
  loading: { loaded: number; total: number } | null;
  /** Pause was pressed and has not taken effect. */
  pausing: boolean;
  /** Stop was pressed long ago: offer the hard way. */
  stopIsSlow: boolean;
  error: WorkerError | null;
}

export interface SetupSlice {
  settings: SearchSettings;
  /** Null once something was changed by hand. */
  preset: PresetName | null;
  backend: BackendChoice;
  probe: ProbeResult | null;
}

export interface PageSlice {
  dialog: 'settings' | 'shortcuts' | null;
}

export type LabState = RunSlice & SetupSlice & PageSlice;

export const emptyRunSlice: Omit<RunSlice, 'state'> = {
  run: emptyRun,
  superNet: null,
  loading: null,
  pausing: false,
  stopIsSlow: false,
  error: null,
};

export const lab = createStore<LabState>(() => ({
  state: 'idle',
  ...emptyRunSlice,
  settings: presets.tiny,
  preset: 'tiny',
  backend: 'webgpu',
  probe: null,
  dialog: null,
}));

export function useLab<T>(select: (state: LabState) => T): T {
  return useStore(lab, select);
}

/** Settings of the search on screen, or of the one that Start would begin. */
export function shownSettings({ run, settings }: LabState): SearchSettings {
  return run.started?.settings ?? settings;
}

/** Parameters of the unpruned super-net as far as the search has come. */
export function fullParameters({ superNet, run }: Pick<LabState, 'superNet' | 'run'>): number | null {
  const stage = run.stages[run.stages.length - 1];
  if (!superNet || !stage) return run.started?.superNetParameters ?? null;
  return superNet.stageParameters[Math.min(stage.index, superNet.stageParameters.length - 1)];
}
