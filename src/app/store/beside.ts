/** A second run to look at beside the one on screen: brought from this page or from storage, and shown at its end. */
import { useEffect, useState } from 'react';
import { useBesideRun } from '../router.ts';
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

/** Brings the run beside that the address names, for the views that show it. @returns whether it is nowhere to be found. */
export function useBeside(): boolean {
  const id = useBesideRun();
  const [missing, setMissing] = useState<string | null>(null);
  useEffect(() => {
    void openBeside(id).then((found) => setMissing(found ? null : id));
  }, [id]);
  return missing !== null && missing === id;
}
