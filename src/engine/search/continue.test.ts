import { describe, expect, it } from 'vitest';
import type { SearchEvent } from '../../domain/events/events.ts';
import type { Steering } from '../../domain/events/steering-schema.ts';
import type { Checkpoint } from './checkpoint-state.ts';
import { startSearch } from './search.ts';
import { FakeStepper } from './testing/fake-stepper.ts';
import { Recording, smallSettings, syntheticData } from './testing/setup.ts';

const settings = smallSettings();

async function search(options: {
  resumeFrom?: Checkpoint;
  /** Before the first step. */
  changes?: readonly Steering[];
  onEvent?: (event: SearchEvent, steer: (change: Steering) => void) => void;
  settings?: typeof settings;
}) {
  const recording = new Recording();
  const checkpoints: Checkpoint[] = [];
  const running = startSearch({
    settings: options.settings ?? settings,
    data: syntheticData(settings),
    stepper: new FakeStepper({ startAt: options.resumeFrom?.steps }),
    emit: (event) => {
      recording.events.push(event);
      options.onEvent?.(event, (change) => running.steer(change));
    },
    onCheckpoint: (checkpoint) => checkpoints.push(structuredClone(checkpoint)),
    resumeFrom: options.resumeFrom && structuredClone(options.resumeFrom),
  });
  for (const change of options.changes ?? []) running.steer(change);
  const architecture = (await running.result)!;
  return { recording, checkpoint: checkpoints.at(-1)!, architecture };
}

const target = (value: number): Steering => ({ kind: 'set', setting: 'targetParameters', value });

describe('a finished search', () => {
  it('continues from its last checkpoint towards a smaller target', async () => {
    const first = await search({});
    expect(first.architecture.targetReached).toBe(true);
    const next = await search({ resumeFrom: first.checkpoint, changes: [target(4_000)] });
    expect(next.recording.events.slice(0, 2).map(({ type }) => type)).toEqual([
      'resumed',
      'steered',
    ]);
    expect(next.architecture).toMatchObject({
      targetReached: true,
      settings: { targetParameters: 4_000 },
    });
    expect(next.architecture.parameters.active).toBeLessThanOrEqual(4_000);
    expect(next.architecture.steps).toBeGreaterThan(first.architecture.steps);
    // The cells trained on: nothing was searched anew.
    expect(next.recording.of('stage-started')).toEqual([]);
  });

  it('continues for more epochs where its target was not met', async () => {
    const short = smallSettings((s) => {
      s.joint.maxEpochs = 2;
      s.targetParameters = 4_000;
    });
    const first = await search({ settings: short });
    expect(first.architecture.targetReached).toBe(false);
    const more: Steering = { kind: 'set', setting: 'joint.maxEpochs', value: 40 };
    const next = await search({ resumeFrom: first.checkpoint, changes: [more] });
    expect(next.architecture.targetReached).toBe(true);
    const [steered] = next.recording.of('steered');
    expect(next.recording.events.at(-1)!.step).toBeLessThanOrEqual(steered!.maxSteps!);
    // The same as one that had so many epochs from the start.
    const whole = await search({
      settings: { ...short, joint: { ...short.joint, maxEpochs: 40 } },
    });
    expect(next.architecture).toEqual(whole.architecture);
  });

  it('ends at once if nothing was changed', async () => {
    const first = await search({});
    const next = await search({ resumeFrom: first.checkpoint });
    expect(next.architecture).toEqual(first.architecture);
    expect(next.recording.of('step')).toEqual([]);
  });
});

describe('a target lowered during the search', () => {
  it.each(['in the joint stage', 'before it'])('is reached: %s', async (when) => {
    let done = false;
    const { recording, architecture } = await search({
      onEvent: (event, steer) => {
        const there =
          when === 'before it'
            ? event.type === 'epoch'
            : event.type === 'stage-started' && event.joint;
        if (done || !there) return;
        done = true;
        steer(target(3_000));
      },
    });
    expect(architecture.targetReached).toBe(true);
    expect(architecture.parameters.active).toBeLessThanOrEqual(3_000);
    const [asked, room] = recording.of('steered');
    expect(asked!.automatic).toBeUndefined();
    // Half the target: as many search epochs again.
    expect(room).toMatchObject({
      change: { setting: 'joint.maxEpochs', value: 20 + 19 },
      automatic: true,
    });
    expect(recording.events.at(-1)!.step).toBeLessThanOrEqual(room!.maxSteps!);
    expect(recording.of('step').every(({ timeLeft }) => timeLeft >= 0)).toBe(true);
  });

  it('adds no epochs for a higher one', async () => {
    let done = false;
    const { recording } = await search({
      onEvent: (event, steer) => {
        if (done || event.type !== 'epoch') return;
        done = true;
        steer(target(9_000));
      },
    });
    expect(recording.of('steered')).toHaveLength(1);
  });
});
