/** A second run to look at beside the one on screen: brought from this page or from storage, and shown at its end. */
import { findRun, foldRun } from './replay.ts';
import { lab } from './store.ts';
import { superNetOf } from './super-net.ts';

let wanted: string | null = null;

/** @param id null takes it away. @returns false when the run is nowhere to be found. */
export async function openBeside(id: string | null): Promise<boolean> {
  wanted = id;
  if (id === null) lab.setState({ beside: null });
  if (id === null || id === lab.getState().beside?.id) return true;
  lab.setState({ beside: null });
  const found = await findRun(id);
  if (!found) return wanted !== id;
  const timeline = await foldRun(found.events, () => wanted === id);
  if (!timeline) return true;
  const { run } = timeline;
  lab.setState({ beside: { id, run, superNet: run.started && superNetOf(run.started) } });
  return true;
}
