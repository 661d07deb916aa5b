/** What a user changes while a search runs. Every change is an event, so that a stored run tells of it. */
import * as v from 'valibot';
import { compact, freeze } from '../granularity/commit.ts';
import { operationMargins } from '../granularity/live.ts';
import { SearchSettingsSchema } from '../../domain/settings/schema.ts';
import type { SearchSettings } from '../../domain/settings/schema.ts';
import { boundsOf } from '../supernet/parameters.ts';
import { fits, regrow } from './regrow.ts';
import { roomForTarget } from './schedule.ts';
import type { EventBody, Session } from './session.ts';
import type { Judgement } from './units.ts';
import type { SteerableSetting, Steering } from '../../domain/events/steering-schema.ts';

/** Why a change was not made; null = it was; or what an operation was pruned from by hand. */
type Done = string | null | Judgement;
type Outcome = Promise<Done> | Done;

/**
 * Between two steps. What cannot be done is reported and leaves everything as it is. A lower target gives the joint stage
 * more epochs, as a change of its own.
 */
export async function applySteering(
  session: Session,
  steering: Steering,
  automatic = false,
): Promise<void> {
  const before = session.settings;
  const outcome = await apply(session, steering);
  const refusal = typeof outcome === 'string' ? outcome : null;
  const judgement = typeof outcome === 'string' ? null : outcome;
  const unit = judgement && standingOf(session, judgement);
  session.emit({
    type: 'steered',
    stage: session.stage.index,
    change: steering,
    refusal,
    ...(unit && { unit }),
    ...(automatic && { automatic }),
    ...(session.settings.joint.maxEpochs !== before.joint.maxEpochs && {
      maxSteps: session.maxSteps,
    }),
  });
  if (refusal === null && (steering.kind === 'prune' || steering.kind === 'regrow'))
    session.emitRatios(session.current, true, judgement ?? undefined);
  const room = roomForTarget(session.settings, {
    before: before.targetParameters,
    done: session.stage.joint ? session.stageEpochs : 0,
  });
  if (room > session.settings.joint.maxEpochs)
    await applySteering(session, { kind: 'set', setting: 'joint.maxEpochs', value: room }, true);
}

/** Of the operation that was pruned by hand; null in a cell that is not searched yet. */
function standingOf(
  { space, stage }: Session,
  { trained, hand }: Judgement,
): Extract<EventBody, { type: 'steered' }>['unit'] | null {
  const cell = trained.plan.cells.find(({ shape }) => shape.index === hand?.cell);
  const margin =
    cell && operationMargins(trained, cell).find(({ candidate }) => candidate.unit === hand?.unit);
  if (!cell || !margin) return null;
  const { importance, threshold } = margin;
  return { importance, threshold, reprune: space.cells[cell.shape.index]!.stage < stage.index };
}

function apply(session: Session, steering: Steering): Outcome {
  if (steering.kind === 'set') return set(session, steering.setting, steering.value);
  if (steering.kind === 'lambda') {
    session.lambda = { ...session.lambda, lambda: steering.value };
    return null;
  }
  const { cell, edge } = steering;
  const operation = session.space.operations.findIndex(({ name }) => name === steering.operation);
  if (cell >= session.space.cells.length || edge >= session.space.edges.length || operation < 0) {
    return `there is no operation ${steering.operation} on edge ${edge} of cell ${cell}`;
  }
  const unit = edge * session.space.operations.length + operation;
  const alive = session.current.masks.operations[cell]![unit] === 1;
  switch (steering.kind) {
    case 'protect':
      if (!alive) return 'it is pruned: regrow it first';
      session.protect(cell, unit, true);
      return null;
    case 'release':
      session.protect(cell, unit, false);
      return null;
    case 'prune':
      return alive ? prune(session, cell, unit) : 'it is pruned already';
    case 'regrow':
      return alive ? 'it is not pruned' : bringBack(session, cell, unit);
  }
}

function set(session: Session, setting: SteerableSetting, value: number): string | null {
  const settings = structuredClone(session.settings);
  const path = setting.split('.');
  const last = path.pop()!;
  const owner = path.reduce<Record<string, unknown>>(
    (object, key) => object[key] as Record<string, unknown>,
    settings,
  );
  owner[last] = value;
  const result = v.safeParse(SearchSettingsSchema, settings);
  if (!result.success) return `${setting}: ${result.issues[0].message}`;
  session.change(result.output satisfies SearchSettings);
  return null;
}

async function prune(session: Session, cell: number, unit: number): Promise<string | Judgement> {
  const network = await session.pull();
  const { edges, operations } = session.space;
  const to = edges[Math.floor(unit / operations.length)]!.to;
  const mask = network.masks.operations[cell]!;
  const others = mask.filter(
    (alive, other) =>
      alive && other !== unit && edges[Math.floor(other / operations.length)]!.to === to,
  );
  if (others.length === 0)
    return 'it is the last operation of its node, and a node needs at least one';
  const masks = {
    operations: network.masks.operations.map((m) => m.slice()),
    filters: network.masks.filters,
  };
  masks.operations[cell]![unit] = 0;
  session.protect(cell, unit, false);
  const pruned = compact(network, masks);
  if (cell <= pruned.plan.endCell) freeze(pruned, cell, unit);
  await session.replace(pruned);
  return { trained: network, by: null, hand: { cell, unit } };
}

async function bringBack(session: Session, cell: number, unit: number): Promise<string | null> {
  const network = await session.pull();
  if (cell > network.plan.endCell) return `cell ${cell} is not searched yet`;
  const { edges, operations } = session.space;
  const edge = edges[Math.floor(unit / operations.length)]!;
  if (!fits(network.plan.cells[cell]!, operations[unit % operations.length]!, edge)) {
    return 'it passes on every channel that it reads, and would restore pruned filters of its node';
  }
  await session.replace(
    regrow(
      network,
      [{ cell, unit }],
      session.settings.seed,
      ++session.generation,
      boundsOf(session.settings),
    ),
  );
  return null;
}
