/**
 * What the page opens with: a recorded search that plays, so that there is something to see at once. A link to a run, a
 * search that is under way or can be resumed, and the visitor's own choice come first.
 */
import { library } from '../store/library-state.ts';
import { lab } from '../store/store.ts';
import { listRecordings } from './recordings.ts';
import { startPlaying } from './play.ts';

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

/** @param show brings a run on screen by its id. */
export async function openRecording(show: (id: string) => Promise<void>): Promise<void> {
  const [first] = await listRecordings();
  if (!first || !opensWithRecording()) return;
  const { runId, pastId, state } = lab.getState();
  const resumable = library.getState().runs?.some(({ status }) => status === 'running') ?? false;
  if (runId !== null || pastId !== null || state !== 'idle' || resumable) return;
  await show(first.id);
  if (lab.getState().pastId === first.id && !calm.matches) startPlaying();
}
