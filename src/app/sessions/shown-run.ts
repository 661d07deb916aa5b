/**
 * The run on screen: one source for its name, seed, data set and status, and for what may be done to it. Every view
 * heads itself with it, and every button acts on it; a search that runs meanwhile in this tab is another run.
 */
import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import type { runStates } from '../copy.ts';
import { activeStates } from './search-client.ts';
import type { DatasetSource } from '../../protocol/messages.ts';
import type { RunRecord } from '../../storage/records.ts';
import { defaultRunName } from '../../storage/run-name.ts';
import { chosenName, chosenSource } from './dataset-sources.ts';
import { datasets, useDatasets } from './datasets-state.ts';
import type { DatasetsState } from './datasets-state.ts';
import { isInterrupted, isOpenEnded, library, useLibrary } from '../store/library-state.ts';
import type { LibraryState } from '../store/library-state.ts';
import { recordingOf, recordings } from '../recorded/recordings.ts';
import type { RecordedRun } from '../../storage/recorded-runs.ts';
import type { RunModel } from '../store/run-state.ts';
import { lab, useLab } from '../store/store.ts';
import type { LabState } from '../store/store.ts';

/** `elsewhere`: another tab searches it. `interrupted`: its page was closed before it had ended. */
export type ShownStatus = keyof typeof runStates;

export interface ShownRun {
  /** Null = none: what Start would begin. */
  readonly id: string | null;
  readonly name: string;
  readonly seed: number;
  readonly dataset: string;
  readonly status: ShownStatus;
  /** The search of this tab, at whatever moment: it can be paused, steered and stopped here. */
  readonly live: boolean;
  /** Step of the checkpoint that it can be resumed from; null = none, or it needs none. */
  readonly checkpointStep: number | null;
  /** It ships with the lab: when and on what it was recorded; null = it was searched here or imported. */
  readonly recorded: RecordedRun | null;
}

type Stored = Pick<LibraryState, 'runs' | 'held'>;

/** The run on screen belongs to this tab's search. */
export const isLive = ({ pastId }: Pick<LabState, 'pastId'>): boolean => pastId === null;

/** This tab's search is under way and on screen: what pause, step, stop and steering act on. */
export const isSteerable = (state: Pick<LabState, 'pastId' | 'state'>): boolean =>
  isLive(state) && (state.state === 'running' || state.state === 'paused');

/** The run on screen as it stands at its newest moment, whichever moment is shown. */
export function newestRun({ pastId, replay, run }: LabState): RunModel {
  return pastId !== null && replay ? replay.newest : run;
}

/** As the library has it; undefined before it is stored, and of a run of this page's memory alone. */
export function shownRecord(
  { pastId, runId }: Pick<LabState, 'pastId' | 'runId'>,
  { runs }: Pick<LibraryState, 'runs'>,
): RunRecord | undefined {
  const id = pastId ?? runId;
  return id === null ? undefined : runs?.find((run) => run.id === id);
}

export function shownRun(state: LabState, stored: Stored, images: string): ShownRun {
  const id = state.pastId ?? state.runId;
  const live = isLive(state);
  const { started, outcome } = newestRun(state);
  const record = shownRecord(state, stored);
  const recorded = record ? null : recordingOf(id);
  const settings = started?.settings ?? record?.settings ?? state.settings;
  const status: ShownStatus = live
    ? liveStatus(state)
    : record === undefined
      ? (outcome ?? 'interrupted')
      : isInterrupted(record, stored)
        ? 'interrupted'
        : record.status === 'running'
          ? 'elsewhere'
          : record.status;
  const active = live && activeStates.includes(state.state);
  return {
    ...{ id, live, status, recorded },
    name:
      record?.name ??
      recorded?.title ??
      state.earlier.find((run) => run.id === id)?.name ??
      defaultRunName(settings),
    seed: settings.seed,
    dataset: started?.dataset.name ?? record?.dataset.name ?? images,
    checkpointStep: record && !active && isOpenEnded(record, stored) ? record.checkpointStep : null,
  };
}

function liveStatus({ state, run }: LabState): ShownStatus {
  if (state === 'idle') return run.started ? 'stopped' : 'ready';
  return state === 'finished' && run.outcome === 'stopped' ? 'stopped' : state;
}

export function useShownRun(): ShownRun {
  const runs = useLibrary((s) => s.runs);
  const held = useLibrary((s) => s.held);
  const images = useDatasets(chosenName);
  // Its name may come with the list of recordings.
  useStore(recordings);
  return useLab(useShallow((state) => shownRun(state, { runs, held }, images)));
}

export function currentShownRun(): ShownRun {
  return shownRun(lab.getState(), library.getState(), chosenName(datasets.getState()));
}

/**
 * Images of the run on screen: those it was searched on.
 * @returns null where nobody noted where they came from (a run from a file).
 */
export function shownSource(
  state: Pick<LabState, 'pastId' | 'runId' | 'origin'>,
  stored: Pick<LibraryState, 'runs'>,
): DatasetSource | null {
  if (isLive(state) && state.origin) return state.origin.dataset.source;
  if (isLive(state) && state.runId === null) return chosenSource();
  return shownRecord(state, stored)?.dataset.source ?? null;
}

export type { DatasetsState };
