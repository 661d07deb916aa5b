/** Brings the run of an embedded view on screen. */
import { restoreFile, largestFile } from '../../storage/restore.ts';
import { listRecordings, loadRecording, unpack } from '../recorded/recordings.ts';
import { scrubTo, showRun, shownStops } from '../store/replay.ts';
import type { PastRun } from '../store/past-run.ts';
import type { EmbedAddress } from './address.ts';

/** @returns the run's name. @throws Error that says what is wrong with it. */
export async function loadEmbed({ run, step }: EmbedAddress): Promise<string> {
  const found = run !== null && 'file' in run ? await fetchRun(run.file) : await recorded(run);
  await showRun(found);
  if (step !== null) {
    const at = shownStops().findLastIndex((stop) => stop.step <= step);
    scrubTo(Math.max(0, at));
  }
  return found.name;
}

async function recorded(run: { recorded: string } | null): Promise<PastRun> {
  const list = await listRecordings();
  const id = run?.recorded ?? list[0]?.id;
  const found = id === undefined ? null : await loadRecording(id);
  if (!found)
    throw new Error(
      `run=${id ?? ''}: there is no such recorded search. Choose from ${list.map((one) => one.id).join(', ') || 'a run file'}.`,
    );
  return found;
}

async function fetchRun(file: URL): Promise<PastRun> {
  const response = await fetch(file);
  if (!response.ok)
    throw new Error(`${file.pathname} could not be read: the server answered ${response.status}.`);
  const blob = await response.blob();
  if (blob.size > largestFile)
    throw new Error(`${file.pathname} is larger than ${largestFile / 2 ** 20} MiB.`);
  const restored = await restoreFile(new Blob([await unpack(blob)])).catch((error: unknown) => {
    throw new Error(
      `${file.pathname} is not a run file of the lab. ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  if (restored.kind === 'architecture')
    throw new Error(`${file.pathname} is an architecture. Save the run in the library instead.`);
  const { run, events } = restored.run;
  return { id: run.id, name: run.name, events: [...events] };
}
