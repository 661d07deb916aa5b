/** The two kinds of file the lab writes and reads: a run, and an architecture. Each version's form, and what it became. */
import * as v from 'valibot';
import { AncestrySchema } from '../domain/events/ancestry.ts';
import { ArchitectureSchema } from '../domain/architecture/schema.ts';
import type { Architecture } from '../domain/architecture/schema.ts';
import { SearchEventSchema } from '../domain/events/event-schema.ts';
import { SearchSettingsSchema } from '../domain/settings/schema.ts';
import { packCheckpoint, PackedCheckpointSchema } from './checkpoint-form.ts';
import { emptySummary } from './records.ts';
import type { WholeRun } from './run-store.ts';
import { summarize } from './summary.ts';

export const runFormat = 'mgas-run';
/** 3: states the ancestry of forks. 2: tags, backend, checkpoint. */
export const runVersion = 3;

const common = {
  format: v.literal(runFormat),
  id: v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/, 'Invalid id: expected letters, digits, - and _')),
  name: v.pipe(v.string(), v.maxLength(120)),
  created: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(8.64e15)),
};
const dataset = v.pipe(v.string(), v.maxLength(200));

export const RunFileV1Schema = v.object({
  ...common,
  version: v.literal(1),
  status: v.picklist(['running', 'finished', 'stopped', 'failed']),
  dataset,
  settings: SearchSettingsSchema,
  events: v.array(SearchEventSchema),
});

const fieldsSince2 = {
  tags: v.pipe(v.array(v.pipe(v.string(), v.maxLength(40))), v.maxLength(12)),
  dataset,
  backend: v.nullable(v.picklist(['webgpu', 'webgl', 'cpu'])),
  settings: SearchSettingsSchema,
  events: v.array(SearchEventSchema),
  /** The last checkpoint and the events before it: a search can go on from there. Weights are in it, so it is optional. */
  checkpoint: v.nullable(
    v.object({
      events: v.pipe(v.number(), v.integer(), v.minValue(0)),
      state: PackedCheckpointSchema,
    }),
  ),
};

export const RunFileV2Schema = v.object({ ...common, version: v.literal(2), ...fieldsSince2 });

export const RunFileSchema = v.object({
  ...common,
  version: v.literal(runVersion),
  /** Runs that it was forked from, the direct parent last; empty = it is no fork. Its `forked` events say the same. */
  ancestry: AncestrySchema,
  ...fieldsSince2,
});
export type RunFile = v.InferOutput<typeof RunFileSchema>;

/** Version 1 knew no tags, backends and checkpoints; its status follows from its events. */
export function upgradeRunFile({
  status: _,
  ...old
}: v.InferOutput<typeof RunFileV1Schema>): RunFile {
  return { ...old, version: runVersion, ancestry: [], tags: [], backend: null, checkpoint: null };
}

/** Version 2 knew no forks. */
export function upgradeRunFileV2(old: v.InferOutput<typeof RunFileV2Schema>): RunFile {
  return { ...old, version: runVersion, ancestry: [] };
}

/** @returns JSON text. */
export function writeRun(
  { run, events, checkpoint }: WholeRun,
  { weights }: { weights: boolean },
): string {
  const {
    id,
    name,
    tags,
    created,
    dataset: { name: dataset },
    backend,
    settings,
  } = run;
  const file: RunFile = {
    ...{
      format: runFormat,
      version: runVersion,
      id,
      name,
      tags,
      created,
      ancestry: summarize(emptySummary, events).ancestry ?? [],
      dataset,
      backend,
      settings,
      events,
    },
    checkpoint:
      weights && checkpoint
        ? { events: checkpoint.events, state: packCheckpoint(checkpoint.checkpoint) }
        : null,
  };
  // In the schema's order, so that what was read and written again is the same text.
  return `${JSON.stringify(v.parse(RunFileSchema, file))}\n`;
}

/** @returns JSON text, as the download of an architecture has it; in the schema's order, whatever the given one. */
export function writeArchitecture(architecture: Architecture): string {
  return `${JSON.stringify(v.parse(ArchitectureSchema, architecture), null, 2)}\n`;
}
