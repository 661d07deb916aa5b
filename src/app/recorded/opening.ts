/**
 * What the page opens with: a recorded search that plays, so that there is something to see at once. A link to a run, a
 * search that is under way or can be resumed, and the visitor's own choice come first.
 */
import { afterDrawing } from '../after-drawing.ts';
import { replaceRun, routeNow } from '../router.ts';
import { link } from '../share/link.ts';
import { library } from '../store/library-state.ts';
import { lab } from '../store/store.ts';
import { pausePlaying, startPlaying } from './play.ts';
import { isRecorded, listRecordings, preloadRecording } from './recordings.ts';

const key = 'mgas-opening';

/** Whether the page opens with a recording. */
export function opensWithRecording(): boolean {
  try {
    return localStorage.getItem(key) !== 'empty';
  } catch {
    return true; // Storage is forbidden here.
  }
}

export function setOpensWithRecording(wanted: boolean): void {
  try {
    if (wanted) localStorage.removeItem(key);
    else localStorage.setItem(key, 'empty');
  } catch {
    // Then it lasts as long as the page.
  }
}

const calm = window.matchMedia('(prefers-reduced-motion: reduce)');

// Playing ends where another run takes its place; a recording begins to play when it comes on screen.
lab.subscribe(({ pastId, runId }, before) => {
  if (pastId !== before.pastId || runId !== before.runId) pausePlaying();
  if (pastId !== before.pastId && isRecorded(pastId) && !calm.matches) startPlaying();
});

const isFree = (): boolean => {
  const { runId, pastId, opening, state } = lab.getState();
  return runId === null && pastId === null && opening === null && state === 'idle';
};

/** Fetches what the page will probably open with, while the library is still being read. */
export async function preloadOpening(): Promise<void> {
  const [first] = await listRecordings();
  if (first && opensWithRecording() && routeNow().run === null && link.getState().opened === null)
    preloadRecording(first);
}

/** Call it when the library has been read: an interrupted search is offered first. @returns whether a recording opens. */
export async function openRecording(): Promise<boolean> {
  const [first] = await listRecordings();
  if (!first || !opensWithRecording() || routeNow().run !== null || !isFree()) return false;
  // A link with settings asks for a search of the visitor's own.
  if (link.getState().opened !== null) return false;
  const resumable = library.getState().runs?.some(({ status }) => status === 'running') ?? false;
  if (resumable) return false;
  replaceRun(first.id);
  return true;
}

/** Most milliseconds that the workers wait for the first frame of a recording. */
const patience = 4_000;

/** Resolves once a recording is on screen, or when it takes too long. */
export function firstFrame(): Promise<void> {
  return new Promise((resolve) => {
    const drawn = (): void => afterDrawing(resolve);
    if (lab.getState().pastId !== null) return drawn();
    const stop = lab.subscribe(({ pastId }) => {
      if (pastId === null) return;
      stop();
      drawn();
    });
    setTimeout(() => {
      stop();
      resolve();
    }, patience);
  });
}
