/**
 * The one way in for files: size, text, structure, schema, migration, consistency. Either all of it is right, or it is
 * refused with the first field that is wrong, before anything is stored.
 */
import { ArchitectureSchema } from '../domain/architecture/schema.ts';
import type { Architecture } from '../domain/architecture/schema.ts';
import { checkArchitecture } from './check-architecture.ts';
import { checkEvents } from './check-events.ts';
import { unpackCheckpoint } from './checkpoint-form.ts';
import {
  RunFileSchema,
  RunFileV1Schema,
  RunFileV2Schema,
  runVersion,
  upgradeRunFile,
  upgradeRunFileV2,
} from './files.ts';
import type { RunFile } from './files.ts';
import { JsonRefused, scanJson } from './json-scan.ts';
import { emptySummary } from './records.ts';
import { parseBy } from './refusal.ts';
import type { WholeRun } from './run-store.ts';
import { statusAfter, summarize } from './summary.ts';

export type Restored =
  { kind: 'run'; run: WholeRun } | { kind: 'architecture'; architecture: Architecture };

/** Bytes that a file may have. */
export const largestFile = 64 * 1024 * 1024;

/** @throws JsonRefused */
export async function restoreFile(file: Blob): Promise<Restored> {
  if (file.size > largestFile) {
    throw new JsonRefused(
      '',
      `The file has ${Math.round(file.size / 2 ** 20)} MiB; the lab reads up to ${largestFile / 2 ** 20} MiB. Export the run again without its weights.`,
    );
  }
  // Only its beginning shows what it is not, before all of it is read.
  const head = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  if (head[0] === 0x1f && head[1] === 0x8b)
    throw new JsonRefused('', 'The file is compressed. Unpack it first.');
  return restore(await file.text());
}

/** @throws JsonRefused */
export function restore(text: string): Restored {
  // A byte order mark is no part of the text.
  const json = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  scanJson(json);
  const value: unknown = JSON.parse(json);
  const { format, version } = headOf(value);
  if (format === 'mgas-architecture') {
    const architecture = parseBy(ArchitectureSchema, value);
    checkArchitecture(architecture);
    return { kind: 'architecture', architecture };
  }
  if (format !== 'mgas-run')
    throw new JsonRefused(
      'format',
      'expected "mgas-run" or "mgas-architecture": this is not a file of the lab.',
    );
  if (version === 1)
    return { kind: 'run', run: wholeOf(upgradeRunFile(parseBy(RunFileV1Schema, value))) };
  if (version === 2)
    return { kind: 'run', run: wholeOf(upgradeRunFileV2(parseBy(RunFileV2Schema, value))) };
  if (typeof version === 'number' && version > runVersion)
    throw new JsonRefused(
      'version',
      `the file has version ${version}; this lab reads up to version ${runVersion}. Reload the page to get the latest lab.`,
    );
  return { kind: 'run', run: wholeOf(parseBy(RunFileSchema, value)) };
}

function headOf(value: unknown): { format: unknown; version: unknown } {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new JsonRefused('format', 'expected an object with a field of this name.');
  return { format: Reflect.get(value, 'format'), version: Reflect.get(value, 'version') };
}

function wholeOf({
  id,
  name,
  tags,
  created,
  ancestry,
  dataset,
  backend,
  settings,
  events,
  checkpoint,
}: RunFile): WholeRun {
  checkEvents(events, 'events');
  const summary = summarize(emptySummary, events);
  if (JSON.stringify(ancestry) !== JSON.stringify(summary.ancestry ?? []))
    throw new JsonRefused('ancestry', 'expected what the events of type "forked" state.');
  if (checkpoint && checkpoint.events > events.length)
    throw new JsonRefused(
      'checkpoint.events',
      `expected at most ${events.length}, the events of the run.`,
    );
  const state = checkpoint && unpackCheckpoint(checkpoint.state, 'checkpoint.state');
  return {
    run: {
      ...{
        id,
        name,
        tags,
        created,
        updated: created,
        status: statusAfter('running', events),
        settings,
      },
      ...{
        dataset: { name: dataset, source: null },
        backend,
        events: events.length,
        summary,
      },
      ...{ checkpointStep: state?.steps ?? null, deleted: null, imported: true },
    },
    events,
    checkpoint: checkpoint &&
      state && {
        runId: id,
        events: checkpoint.events,
        stageEnd: state.progress === null ? 1 : 0,
        step: state.steps,
        created,
        checkpoint: state,
      },
  };
}
