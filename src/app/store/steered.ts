/** What a user's change does to a run: part of the fold over its events. Pure. */
import type { SearchEvent } from '../../domain/events/events.ts';
import type { OperationName } from '../../domain/operations/registry.ts';
import { valueAt, withValue } from '../../domain/settings/path.ts';
import { spaceOf } from '../../domain/spaces/registry.ts';
import type { RunModel } from './run-state.ts';
import { unitKey, untouched } from './units.ts';
import type { UnitChange } from './units.ts';

type Steered = Extract<SearchEvent, { type: 'steered' }>;

/** What a value was before a change by hand; undefined of other events, and where nothing told yet. */
export function valueBefore(run: RunModel, event: SearchEvent): number | undefined {
  if (event.type !== 'steered') return undefined;
  if (event.change.kind === 'lambda') return run.latest?.lambda ?? 0;
  if (event.change.kind !== 'set' || !run.started) return undefined;
  const value = valueAt(run.started.settings, event.change.setting);
  return typeof value === 'number' ? value : undefined;
}

/** A change that was refused changed nothing. */
export function steeredRun(
  run: RunModel,
  { change, refusal, step, stage, maxSteps }: Steered,
): Partial<RunModel> {
  if (refusal !== null || change.kind === 'lambda') return {};
  // As steered from here on, so that every view measures against the target that is aimed at.
  if (change.kind === 'set') {
    if (!run.started) return {};
    const settings = withValue(run.started.settings, change.setting, change.value);
    const longer = maxSteps === undefined ? 0 : maxSteps - run.started.maxSteps;
    return {
      started: { ...run.started, settings, maxSteps: run.started.maxSteps + longer },
      stages: run.stages.map((one) =>
        one.joint && one.endStep === null ? { ...one, maxSteps: one.maxSteps + longer } : one,
      ),
    };
  }
  const key = unitKey({
    cell: change.cell,
    ...spaceOf(run.started?.settings.space ?? {}).edgePlace(change.edge),
    operation: change.operation as OperationName,
  });
  const { [key]: _, ...others } = run.protected;
  if (change.kind === 'protect') return { protected: { ...others, [key]: true } };
  if (change.kind === 'release') return { protected: others };
  const before = run.units[key] ?? untouched;
  const pruned = change.kind === 'prune';
  const entry: UnitChange = { kind: pruned ? 'pruned' : 'regrown', step, stage, byHand: true };
  const state = {
    alive: !pruned,
    regrown: before.regrown || !pruned,
    history: [...before.history, entry],
  };
  const units = { ...run.units, [key]: state };
  return pruned
    ? { units, protected: others, pruned: { ...run.pruned, operation: run.pruned.operation + 1 } }
    : { units, regrown: run.regrown + 1 };
}
