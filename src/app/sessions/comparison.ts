/** The comparison that this page runs: its worker, and what it tells. */
import type { ComparisonPlan } from '../../engine/baselines/plan.ts';
import { emptyComparison, sameRun } from '../../engine/baselines/plan.ts';
import type { CompareContract, RunFailure } from '../../protocol/compare-messages.ts';
import type { BackendChoice, DatasetSource, WorkerError } from '../../protocol/messages.ts';
import { errorOf, wasEnded, WorkerClient } from '../../protocol/rpc.ts';
import type { RunResult } from '../../engine/baselines/results.ts';
import { asFound } from '../../storage/comparisons.ts';
import type { Found } from '../../storage/comparisons.ts';
import type { ComparisonRecord } from '../../storage/records.ts';
import { lockTime } from '../../storage/lock.ts';
import { askForPersistence } from '../../storage/room.ts';
import { openWorker } from './open-worker.ts';
import { afterDrawing } from '../after-drawing.ts';
import { sourceOf } from './dataset-sources.ts';
import { datasets } from './datasets-state.ts';
import { giveWay } from './give-way.ts';
import { comparisons } from './comparison-state.ts';
import {
  addComparison,
  messageOf,
  newRecord,
  noteOutcome,
  refreshComparisons,
} from './stored-comparisons.ts';

/** The one that timed the steps has the data set and the device already: the run is given to it. */
const worker = new WorkerClient<CompareContract>({
  task: 'The comparison',
  advice: 'Finished runs are kept: resume from there. Reload the page if it happens again.',
  connect: () => openWorker('compare'),
  onEvents(events, received) {
    for (const event of events) receive(event);
    afterDrawing(received);
  },
});
let endWatch: (() => void) | null = null;

export type Plan = Omit<ComparisonPlan, 'dataset' | 'backend'>;

export interface Where {
  readonly source: DatasetSource;
  readonly backend: BackendChoice;
}

/** A request that the page has ended is no failure. */
function failUnlessEnded(error: unknown): void {
  if (!wasEnded(error)) fail(errorOf(error));
}

export const estimateKey = ({ settings, training }: Plan, { source, backend }: Where): string =>
  JSON.stringify([settings, training, source, backend]);

/** Opens the form. */
export function planComparison(): void {
  comparisons.setState({ planning: true, problem: null });
}

/** Times a few steps. */
export function estimate(plan: Plan, where: Where): void {
  if (comparisons.getState().work !== 'idle') return;
  comparisons.setState({ work: 'estimating', estimate: null, error: null, loading: null });
  worker
    .request('estimate', {
      plan: { ...plan, dataset: '', backend: where.backend },
      dataset: where.source,
      backend: where.backend,
    })
    .then(({ estimate: measured, dataset }) =>
      comparisons.setState({
        work: 'idle',
        loading: null,
        estimate: { key: estimateKey(plan, where), measured, dataset },
      }),
    )
    .catch(failUnlessEnded);
}

/** Stores the comparison and runs it. @param dataset its name, as the estimate told it. */
export async function startComparison(
  plan: Plan,
  where: Where,
  name: string,
  dataset: string,
): Promise<void> {
  if (comparisons.getState().work !== 'idle') return;
  const record = newRecord(name, emptyComparison({ dataset, backend: where.backend, ...plan }), {
    source: where.source,
    imported: false,
  });
  comparisons.setState({ work: 'running', planning: false });
  try {
    if (await addComparison(record)) void askForPersistence();
    // Unless it was stopped meanwhile.
    if (comparisons.getState().work === 'running') run(record, where);
  } catch (error) {
    comparisons.setState({ work: 'idle', problem: messageOf(error) });
  }
}

const backends: readonly string[] = ['webgpu', 'webgl', 'cpu'] satisfies BackendChoice[];

/** Runs what is open of it, and once more what failed. */
export function goOn(record: ComparisonRecord): void {
  if (comparisons.getState().work !== 'idle') return;
  const { comparison } = record;
  const source = sourceFor(record);
  if (!source)
    return comparisons.setState({
      problem: `The data set \u201c${comparison.dataset}\u201d is not in this browser: add it under Data with this name, then resume.`,
    });
  if (!backends.includes(comparison.backend))
    return comparisons.setState({
      problem: `This comparison was measured on \u201c${comparison.backend}\u201d, which browsers do not provide: start a new one.`,
    });
  run(record, { source, backend: comparison.backend as BackendChoice });
}

function sourceFor({ source, comparison }: ComparisonRecord): DatasetSource | null {
  // The shipped set by where it is now, wherever it was then.
  if (source?.kind === 'fashion-mnist')
    return sourceOf(source.full ? 'fashion-mnist-full' : 'fashion-mnist');
  if (source) return source;
  if (comparison.dataset === 'fashion-mnist') return sourceOf('fashion-mnist');
  const set = datasets.getState().sets?.find(({ name }) => name === comparison.dataset);
  return set ? sourceOf(set.id) : null;
}

function run({ id, comparison }: ComparisonRecord, { source, backend }: Where): void {
  comparisons.setState({
    work: 'running',
    runningId: id,
    shownId: id,
    opened: null,
    planning: false,
    progress: null,
    loading: null,
    error: null,
    problem: null,
    notKept: null,
  });
  worker
    .request('run', { id, comparison, dataset: source, backend })
    .then(stopComparison)
    .catch(failUnlessEnded);
  endWatch = giveWay(pauseComparison, resumeComparison);
}

export function pauseComparison(): void {
  comparisons.setState({ work: 'pausing' });
  worker.request('pause', {}).catch(failUnlessEnded);
}

export function resumeComparison(): void {
  comparisons.setState({ work: 'running' });
  worker.request('resume', {}).catch(failUnlessEnded);
}

/** At once, whatever it is doing: the run under way is lost, all before it are kept. Also ends an estimate. */
export function stopComparison(): void {
  end();
  setTimeout(() => void refreshComparisons(), lockTime);
}

function end(): void {
  worker.end();
  endWatch?.();
  endWatch = null;
  comparisons.setState({
    work: 'idle',
    gaveWayTo: null,
    runningId: null,
    progress: null,
    loading: null,
  });
}

function fail(error: WorkerError): void {
  end();
  comparisons.setState({ error });
  setTimeout(() => void refreshComparisons(), lockTime);
}

function receive(event: CompareContract['event']): void {
  switch (event.type) {
    case 'loading':
      return comparisons.setState({ loading: { loaded: event.loaded, total: event.total } });
    case 'progress':
      return comparisons.setState({ progress: event.progress, loading: null });
    case 'run-finished':
      return note(
        (record) => withResult(record, event.result),
        [asFound(event.result, event.architecture)],
      );
    case 'run-failed':
      return note((record) => withFailure(record, event.failure));
    case 'paused':
      // One that was resumed meanwhile continues.
      return comparisons.setState(({ work }) => ({ work: work === 'pausing' ? 'paused' : work }));
    case 'resumed':
      return;
    case 'keeping':
      return comparisons.setState({ notKept: event.obstacle });
  }
}

type Outcome = Pick<ComparisonRecord, 'comparison' | 'failures'>;

function note(change: (record: ComparisonRecord) => Outcome, found: readonly Found[] = []): void {
  const { records, runningId } = comparisons.getState();
  const record = records?.find(({ id }) => id === runningId);
  if (record) void noteOutcome(record.id, change(record), found);
}

/** News from the store may have brought it already. */
function withResult({ comparison, failures }: ComparisonRecord, result: RunResult): Outcome {
  const runs = [...comparison.runs.filter((other) => !sameRun(other, result)), result];
  return {
    comparison: { ...comparison, runs },
    failures: failures.filter((failure) => !sameRun(failure, result)),
  };
}

function withFailure({ comparison, failures }: ComparisonRecord, failure: RunFailure): Outcome {
  return {
    comparison,
    failures: [...failures.filter((other) => !sameRun(other, failure)), failure],
  };
}
