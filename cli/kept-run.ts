/**
 * A search's run in a file, as the page's library saves and imports it: kept while the search runs (`--run`), and resumed
 * or continued (`--resume`).
 */
import { randomUUID } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import type { SearchEvent } from '../src/domain/events/events.ts';
import type { Steering } from '../src/domain/events/steering-schema.ts';
import type { SearchSettings } from '../src/domain/settings/schema.ts';
import type { Checkpoint } from '../src/engine/search/checkpoint-state.ts';
import {
  continuationProblem,
  continuedRun,
  offeredContinuation,
} from '../src/storage/continuation.ts';
import { writeRun } from '../src/storage/files.ts';
import { emptySummary } from '../src/storage/records.ts';
import { restoreFile } from '../src/storage/restore.ts';
import { defaultRunName } from '../src/storage/run-name.ts';
import type { WholeRun } from '../src/storage/run-store.ts';
import { statusAfter, summarize } from '../src/storage/summary.ts';
import { UsageError } from './usage-error.ts';
import { writeWhole } from './write-whole.ts';

/** Where a search goes on. */
export interface Resumed {
  readonly run: WholeRun['run'];
  readonly checkpoint: Checkpoint;
  /** Events up to the checkpoint. */
  readonly events: SearchEvent[];
  /** To be made before its first step. */
  readonly changes: Steering[];
}

export interface ResumeOptions {
  readonly resume: string;
  readonly targetParams?: number;
  readonly moreEpochs?: number;
}

/** @throws UsageError naming the file or the option, and the mend. */
export async function readResumed({
  resume: file,
  targetParams,
  moreEpochs,
}: ResumeOptions): Promise<Resumed> {
  const whole = await readWhole(file);
  const { run, checkpoint, events } = whole;
  if (!checkpoint)
    throw new UsageError(
      `--resume ${file}: the file has no checkpoint. Store the run with --run, or save it in the library with its weights.`,
    );
  const kept = {
    run,
    checkpoint: checkpoint.checkpoint,
    events: events.slice(0, checkpoint.events),
  };
  if (targetParams === undefined && moreEpochs === undefined && run.status !== 'finished') {
    // As when a page is opened again: what was changed after the checkpoint is changed again.
    const changes = events
      .slice(checkpoint.events)
      .flatMap((event) =>
        event.type === 'steered' && event.refusal === null && !event.automatic
          ? [event.change]
          : [],
      );
    return { ...kept, changes };
  }
  const offered = offeredContinuation(run);
  const wish = {
    targetParameters: targetParams ?? run.settings.targetParameters,
    moreEpochs: moreEpochs ?? offered.moreEpochs,
  };
  const problem = continuationProblem(run, wish);
  if (problem !== null)
    throw new UsageError(
      `--resume ${file}: ${problem.replace(/^Target: enter/, '--target-params: enter').replace(/^More epochs: enter/, '--more-epochs: enter')}`,
    );
  const next = continuedRun(whole, wish, { id: randomUUID(), now: Date.now() });
  return {
    ...{ run: next.run, events: next.events, changes: [] },
    checkpoint: next.checkpoint!.checkpoint,
  };
}

async function readWhole(file: string): Promise<WholeRun> {
  try {
    const restored = await restoreFile(await openAsBlob(file));
    if (restored.kind === 'run') return restored.run;
  } catch (error) {
    throw new UsageError(
      `--resume ${file}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  throw new UsageError(`--resume ${file}: it is an architecture; only runs have checkpoints.`);
}

interface Kept {
  readonly file: string;
  readonly settings: SearchSettings;
  readonly dataset: string;
  readonly backend: 'webgpu' | 'cpu';
  readonly resumed: Resumed | null;
}

/** Writes the run to its file at every checkpoint and at its end; a kill in between leaves the last whole file. */
export class KeptRun {
  private readonly events: SearchEvent[];
  private readonly id: string;
  private readonly created = Date.now();
  private latest: WholeRun['checkpoint'] = null;

  constructor(private readonly kept: Kept) {
    this.events = [...(kept.resumed?.events ?? [])];
    this.id = kept.resumed?.run.id ?? randomUUID();
  }

  push(event: SearchEvent): void {
    // The stream's objects may change after the call.
    this.events.push(structuredClone(event));
    if (event.type === 'finished' || event.type === 'stopped') this.write();
  }

  checkpoint(checkpoint: Checkpoint): void {
    this.latest = {
      runId: this.id,
      events: this.events.length,
      stageEnd: checkpoint.progress === null ? 1 : 0,
      step: checkpoint.steps,
      created: Date.now(),
      checkpoint,
    };
    this.write();
  }

  private write(): void {
    const { file, settings, dataset, backend, resumed } = this.kept;
    const { events, latest } = this;
    const run = {
      id: this.id,
      name: resumed?.run.name ?? defaultRunName(settings),
      tags: resumed?.run.tags ?? [],
      created: resumed?.run.created ?? this.created,
      updated: Date.now(),
      status: statusAfter('running', events),
      settings: latest?.checkpoint.settings ?? settings,
      dataset: { name: dataset, source: null },
      backend,
      events: events.length,
      summary: summarize(emptySummary, events),
      checkpointStep: latest?.step ?? null,
      deleted: null,
      imported: false,
    };
    writeWhole(file, writeRun({ run, events, checkpoint: latest }, { weights: true }));
  }
}
