/**
 * Which run is on screen, and which moment of it. Views see one run model, whether it is the running search now, that
 * search at an earlier moment, or a run that was: they ask `useShown` (store.ts), and this file decides what it shows.
 */
import type { PastRun } from './past-run.ts';
import type { SearchEvent } from '../../domain/events/events.ts';
import type { SuperNet } from '../../domain/counts.ts';
import { isRecorded, loadRecording } from '../recorded/recordings.ts';
import { defaultRunName } from '../../storage/run-name.ts';
import { emptyRunSlice, lab } from './store.ts';
import type { LabState, RunOrigin } from './store.ts';
import { superNetOf } from './super-net.ts';
import { landmark, Timeline } from './timeline.ts';
import type { Stop } from './timeline.ts';

/** Runs of this page before the present one; older ones make room. */
const pageRuns: PastRun[] = [];
const mostPageRuns = 4;

let live = new Timeline();
let past: { id: string; timeline: Timeline; superNet: SuperNet | null } | null = null;
let source: (id: string) => Promise<PastRun | null> = () => Promise.resolve(null);

/** Where runs that are not of this page come from. */
export function setRunSource(load: (id: string) => Promise<PastRun | null>): void {
  source = load;
}

export function shownTimeline(): Timeline {
  return past?.timeline ?? live;
}

/** Of the run on screen; a new array only where it has grown is not promised: compare lengths. */
export function shownStops(): readonly Stop[] {
  return shownTimeline().stops;
}

export function liveEvents(): readonly SearchEvent[] {
  return live.events;
}

/** Of the run on screen, up to the moment on screen. The newest moment's are the timeline's own: they grow. */
export function shownEvents(): readonly SearchEvent[] {
  const { events, stops } = shownTimeline();
  const { cursor } = lab.getState();
  const stop = cursor === null ? undefined : stops[cursor];
  return stop ? events.slice(0, stop.events) : events;
}

/** A new search, or one that goes on: what was on screen is kept as an earlier run of this page. */
export function beginRun(origin: RunOrigin, id = newRunId()): string {
  rememberLive();
  live = new Timeline();
  past = null;
  lab.setState({
    ...emptyRunSlice,
    runId: id,
    origin,
    cursor: null,
    replay: null,
    pastId: null,
    // What was being brought on screen would take the new run's place.
    opening: null,
    missingId: null,
    stops: 0,
  });
  return id;
}

/** No run: what was on screen is kept as an earlier run of this page. */
export function clearRun(): void {
  rememberLive();
  live = new Timeline();
  past = null;
  lab.setState({
    ...emptyRunSlice,
    runId: null,
    origin: null,
    cursor: null,
    replay: null,
    pastId: null,
    missingId: null,
    stops: 0,
  });
}

function rememberLive(): void {
  const { runId } = lab.getState();
  if (runId === null || live.events.length === 0) return;
  pageRuns.unshift({ id: runId, name: nameOf(live), events: live.events });
  pageRuns.length = Math.min(pageRuns.length, mostPageRuns);
  lab.setState({ earlier: [...pageRuns] });
}

/** Short enough for a link that is read aloud; unique among the runs of one person. */
function newRunId(): string {
  return (
    Array.from(crypto.getRandomValues(new Uint8Array(5)), (byte) => (byte % 36).toString(36)).join(
      '',
    ) + Date.now().toString(36).slice(-4)
  );
}

/** As it is stored under, until its user renames it. */
const nameOf = ({ run: { started } }: Timeline): string =>
  started ? defaultRunName(started.settings) : 'Run that did not start';

/** Folds a batch of the running search's events. */
export function recordEvents(events: readonly SearchEvent[]): void {
  live.append(events);
  lab.setState(past ? { run: live.run } : { run: live.run, stops: live.stops.length });
}

/** The running search stands at a checkpoint again: these are its events now. */
export function recordHistory(events: readonly SearchEvent[]): void {
  live = new Timeline();
  recordEvents(events);
}

/** More events of the past run on screen: another tab's search goes on. */
export function extendPastRun(id: string, events: readonly SearchEvent[]): void {
  if (past?.id !== id) return;
  past.timeline.append(events);
  lab.setState({ replay: replayOf(lab.getState().cursor), stops: past.timeline.stops.length });
}

/** Shows the run as it stood at a stop; null = now, and from then on. */
export function scrubTo(stop: number | null): void {
  const { stops } = shownTimeline();
  const cursor = stop === null || stop >= stops.length - 1 ? null : Math.max(0, stop);
  // The newest moment of a search that still runs is not "now": the next event would move it.
  const held = stop !== null && cursor === null && !past && isRunning() ? stops.length - 1 : cursor;
  lab.setState({ cursor: held, replay: replayOf(held) });
}

function isRunning(): boolean {
  return live.run.started !== null && live.run.outcome === null;
}

function replayOf(cursor: number | null): LabState['replay'] {
  if (past) {
    const newest = past.timeline.run;
    return {
      run: cursor === null ? newest : past.timeline.at(cursor),
      superNet: past.superNet,
      newest,
    };
  }
  return cursor === null
    ? null
    : { run: live.at(cursor), superNet: lab.getState().superNet, newest: live.run };
}

export function scrubBy(direction: 1 | -1): void {
  const { stops } = shownTimeline();
  if (stops.length === 0) return;
  const at = lab.getState().cursor ?? stops.length - 1;
  if (lab.getState().cursor === null && direction > 0) return;
  scrubTo(at + direction);
}

export function scrubToLandmark(direction: 1 | -1): void {
  const { stops } = shownTimeline();
  const stop = landmark(stops, lab.getState().cursor ?? stops.length - 1, direction);
  if (stop !== null) scrubTo(stop);
  else if (direction > 0) scrubTo(null);
}

/** Back to the running search, at this moment. */
export function showLive(): void {
  past = null;
  lab.setState({
    pastId: null,
    missingId: null,
    cursor: null,
    replay: null,
    stops: live.stops.length,
  });
}

/**
 * Shows a run from its events, through the same fold as a living one; the page stays responsive meanwhile.
 * @returns false when another run was asked for before it was ready.
 */
export async function showRun({ id, events }: PastRun): Promise<boolean> {
  lab.setState({ opening: id });
  const timeline = await foldRun(events, () => lab.getState().opening === id);
  if (!timeline) return false;
  const { started } = timeline.run;
  past = { id, timeline, superNet: started && superNetOf(started) };
  lab.setState({
    opening: null,
    pastId: id,
    missingId: null,
    cursor: null,
    replay: replayOf(null),
    stops: timeline.stops.length,
  });
  return true;
}

/** Shows the run that a link names: the running one, an earlier one of this page, or one from storage. */
export async function openRun(id: string | null): Promise<void> {
  const { runId, pastId } = lab.getState();
  if (id === null || id === runId) {
    lab.setState({ opening: null });
    if (past || lab.getState().missingId !== null) showLive();
    return;
  }
  if (id === pastId) return;
  lab.setState({ opening: id });
  const found = await findRun(id);
  if (lab.getState().opening !== id) return;
  if (found) await showRun(found);
  else lab.setState({ opening: null, missingId: id });
}

/** A run of this page, the one that runs among them, one from storage, or a recording that ships with the lab. */
export async function findRun(id: string): Promise<PastRun | null> {
  if (id === lab.getState().runId && live.events.length > 0)
    return { id, name: nameOf(live), events: live.events };
  return (
    pageRuns.find((run) => run.id === id) ??
    (await source(id).catch(() => null)) ??
    (isRecorded(id) ? await loadRecording(id).catch(() => null) : null)
  );
}

/** In slices of time, so that the page stays responsive. @returns null once it is not wanted any more. */
export async function foldRun(
  events: readonly SearchEvent[],
  wanted: () => boolean,
): Promise<Timeline | null> {
  const timeline = new Timeline();
  for (let done = 0; done < events.length;) {
    const until = performance.now() + 12;
    while (done < events.length && performance.now() < until) timeline.append([events[done++]!]);
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (!wanted()) return null;
  }
  return timeline;
}
