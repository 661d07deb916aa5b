/** The recorded searches that ship with the lab: their list, and one of them with its events. */
import * as v from 'valibot';
import { createStore, useStore } from 'zustand';
import { RecordedListSchema, recordedPrefix } from '../../storage/recorded-runs.ts';
import type { RecordedRun } from '../../storage/recorded-runs.ts';
import type { SearchEvent } from '../../domain/events/events.ts';

interface RecordingsState {
  /** Null until the list has been read; empty where there is none. */
  list: readonly RecordedRun[] | null;
}

export const recordings = createStore<RecordingsState>(() => ({ list: null }));

export function useRecordings<T>(select: (state: RecordingsState) => T): T {
  return useStore(recordings, select);
}

export const isRecorded = (id: string | null): id is string =>
  id?.startsWith(recordedPrefix) ?? false;

export function recordingOf(
  id: string | null,
  { list }: RecordingsState = recordings.getState(),
): RecordedRun | null {
  return list?.find((recorded) => recorded.id === id) ?? null;
}

const addressOf = (file: string): string => new URL(`runs/${file}`, document.baseURI).href;

let reading: Promise<readonly RecordedRun[]> | null = null;

/** Reads the list once. A lab that ships without recordings has an empty one. */
export function listRecordings(): Promise<readonly RecordedRun[]> {
  reading ??= readList().catch(() => []);
  return reading.then((list) => {
    recordings.setState({ list });
    return list;
  });
}

async function readList(): Promise<readonly RecordedRun[]> {
  const response = await fetch(addressOf('index.json'));
  if (!response.ok) return [];
  return v.parse(RecordedListSchema, await response.json()).runs;
}

/** Responses of recordings that were fetched ahead. */
const preloaded = new Map<string, Promise<Response>>();

/** Begins to fetch a recording before it is asked for. */
export function preloadRecording({ id, file }: RecordedRun): void {
  const response = fetch(addressOf(file));
  // Reported where it is used.
  response.catch(() => {});
  preloaded.set(id, response);
}

/** @returns null for an id that is not in the list. @throws TypeError where the file cannot be fetched. */
export async function loadRecording(
  id: string,
): Promise<{ id: string; name: string; events: SearchEvent[] } | null> {
  const recorded = (await listRecordings()).find((one) => one.id === id);
  if (!recorded) return null;
  const file = preloaded.get(id) ?? fetch(addressOf(recorded.file));
  preloaded.delete(id);
  const response = await file;
  if (!response.ok) return null;
  // Checked by the same schema as any run file when it is recorded, and again by a unit test.
  const { events } = JSON.parse(await unpack(await response.blob())) as { events: SearchEvent[] };
  return { id, name: recorded.title, events };
}

/** Some servers send such a file with its compression declared: then it arrives unpacked. */
export async function unpack(file: Blob): Promise<string> {
  const head = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  if (head[0] !== 0x1f || head[1] !== 0x8b) return file.text();
  return new Response(file.stream().pipeThrough(new DecompressionStream('gzip'))).text();
}
