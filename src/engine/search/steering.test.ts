import { describe, expect, it } from 'vitest';
import { unitCauses } from '../../domain/events/events.ts';
import type { SearchEvent } from '../../domain/events/events.ts';
import { presetOperations } from '../../domain/operations/registry.ts';
import type { RunningSearch } from './api.ts';
import { fakeSearch, smallSettings } from './testing/setup.ts';
import type { EventOf, Recording } from './testing/setup.ts';
import type { Steering } from '../../domain/events/steering-schema.ts';

/** Steers once, at the first event that `when` takes. */
async function steered(
  when: (event: SearchEvent) => boolean,
  change: (event: SearchEvent) => Steering[],
): Promise<Recording> {
  let done = false;
  const { running, recording } = fakeSearch(smallSettings(), {}, (event, search) => {
    if (done || !when(event)) return;
    done = true;
    for (const one of change(event)) search().steer(one);
  });
  await running.result;
  return recording;
}
const atStep = (step: number) => (event: SearchEvent) =>
  event.type === 'step' && event.step >= step;
const outcomes = (recording: Recording): EventOf<'steered'>[] => recording.of('steered');
const place = { cell: 0, edge: 0, operation: 'sep_conv_5x5' };

describe('steering', () => {
  it('prunes an operation manually: ratios change at once, and the architecture lacks it', async () => {
    const recording = await steered(atStep(5), () => [
      { kind: 'prune', ...place },
      { kind: 'prune', ...place },
    ]);
    expect(outcomes(recording).map(({ refusal }) => refusal)).toEqual([
      null,
      'it is pruned already',
    ]);
    const at = recording.events.indexOf(outcomes(recording)[0]!);
    const before = recording.events.slice(0, at).findLast((e) => e.type === 'ratios')!;
    const after = recording.events.slice(at).find((e) => e.type === 'ratios')!;
    expect(after.counts.operation.left).toBe(before.counts.operation.left - 1);
    // How it stood, and that a hand pruned it, is stored with the event.
    const { unit: standing } = outcomes(recording)[0]!;
    expect(standing).toMatchObject({ reprune: false });
    expect(standing!.importance).toBeGreaterThan(0);
    const units = recording.events.slice(at).find((e) => e.type === 'units')!;
    const index = presetOperations.indexOf('sep_conv_5x5');
    expect(units.cells[0]!.operations.causes![index]).toBe(unitCauses.hand);
    expect(units.cells[0]!.operations.importances[index]).toBeCloseTo(standing!.importance, 3);
    const { architecture } = recording.of('finished')[0]!;
    const regrown = recording.of('regrown').flatMap(({ operations }) => operations);
    if (
      !regrown.some(
        ({ cell, edge, operation }) => cell === 0 && edge === 0 && operation === 'sep_conv_5x5',
      )
    ) {
      expect(
        architecture.cells[0]!.operations.some(
          ({ from, to, operation }) => from === 0 && to === 2 && operation === 'sep_conv_5x5',
        ),
      ).toBe(false);
    }
  });

  it('regrows a pruned operation manually', async () => {
    let pruned: EventOf<'pruned'>['operations'][number] | undefined;
    let done = false;
    const { running, recording } = fakeSearch(smallSettings(), {}, (event, search) => {
      if (event.type === 'pruned') pruned ??= event.operations[0];
      if (event.type !== 'step' || !pruned || done) return;
      done = true;
      search().steer({
        kind: 'regrow',
        cell: pruned.cell,
        edge: pruned.edge,
        operation: pruned.operation,
      });
    });
    await running.result;
    expect(outcomes(recording)[0]!.refusal).toBeNull();
  });

  it('keeps protected operations', async () => {
    const plain = fakeSearch(smallSettings());
    await plain.running.result;
    const first = plain.recording.of('pruned').flatMap(({ operations }) => operations)[0]!;
    const { cell, edge, operation } = first;
    const recording = await steered(
      (event) => event.type === 'stage-started',
      () => [{ kind: 'protect', cell, edge, operation }],
    );
    const again = recording.of('pruned').flatMap(({ operations }) => operations);
    expect(again.some((o) => o.cell === cell && o.edge === edge && o.operation === operation)).toBe(
      false,
    );
    expect(
      recording
        .of('finished')[0]!
        .architecture.cells[cell]!.operations.some(
          (o) => o.from === first.from && o.to === first.to && o.operation === operation,
        ),
    ).toBe(true);
  });

  it('changes settings and lambda from the next step, and rejects what the schema rejects', async () => {
    const recording = await steered(atStep(5), () => [
      { kind: 'set', setting: 'targetParameters', value: 9000 },
      { kind: 'set', setting: 'targetParameters', value: -1 },
      { kind: 'lambda', value: 0.25 },
    ]);
    expect(outcomes(recording).map(({ refusal }) => refusal === null)).toEqual([true, false, true]);
    const at = recording.events.indexOf(outcomes(recording)[2]!);
    expect(recording.events.slice(at + 1).find((e) => e.type === 'step')!.lambda).toBe(0.25);
    const { architecture } = recording.of('finished')[0]!;
    expect(architecture.settings.targetParameters).toBe(9000);
  });

  it('rejects pruning the last operation of a node, and invalid places', async () => {
    const all = smallSettings().space.operations;
    const recording = await steered(atStep(3), () => [
      // Node 2 of a cell is fed by edges 0 and 1.
      ...[0, 1].flatMap((edge) =>
        all.map((operation): Steering => ({ kind: 'prune', cell: 0, edge, operation })),
      ),
      { kind: 'prune', cell: 77, edge: 0, operation: 'sep_conv_3x3' },
    ]);
    const refusals = outcomes(recording).map(({ refusal }) => refusal);
    expect(refusals.filter((r) => r === null)).toHaveLength(2 * all.length - 1);
    expect(refusals.at(-2)).toMatch(/last operation/);
    expect(refusals.at(-1)).toMatch(/no operation/);
  });

  it('steps once in a pause, and is steered in it', async () => {
    const seen: number[] = [];
    const { running, recording } = fakeSearch(
      smallSettings((s) => (s.reportEvery = 1)),
      {},
      (event, search: () => RunningSearch) => {
        if (event.type === 'step' && event.step === 4) search().pause();
        if (event.type === 'paused') setTimeout(() => search().stepOnce());
        if (event.type === 'step' && event.step > 4 && event.step < 8) {
          seen.push(event.step);
          // Still paused: without being told, no further step comes.
          setTimeout(
            () =>
              event.step < 7 ? search().stepOnce() : search().steer({ kind: 'lambda', value: 0.5 }),
            20,
          );
        }
        if (event.type === 'steered') search().stop();
      },
    );
    await running.result;
    expect(seen).toEqual([5, 6, 7]);
    expect(recording.of('paused')).toHaveLength(1);
    expect(outcomes(recording)[0]).toMatchObject({ refusal: null, step: 7 });
  });

  it('reports a resume during a single step', async () => {
    const { running, recording } = fakeSearch(
      smallSettings((s) => (s.reportEvery = 1)),
      {},
      (event, search) => {
        if (event.type === 'step' && event.step === 4) search().pause();
        if (event.type === 'paused') setTimeout(() => search().stepOnce());
        if (event.type === 'step' && event.step === 5) search().resume();
        if (event.type === 'step' && event.step === 9) search().stop();
      },
    );
    await running.result;
    expect(recording.of('paused')).toHaveLength(1);
    expect(recording.of('resumed')).toHaveLength(1);
  });

  it('is steered in a pause during an evaluation too', async () => {
    let paused = false;
    const { running, recording } = fakeSearch(smallSettings(), {}, (event, search) => {
      if (event.type === 'phase' && event.phase === 'evaluating' && !paused) {
        paused = true;
        search().pause();
      }
      if (event.type === 'paused') setTimeout(() => search().steer({ kind: 'prune', ...place }));
      if (event.type === 'steered') search().stop();
    });
    await running.result;
    expect(outcomes(recording).map(({ refusal }) => refusal)).toEqual([null]);
    expect(recording.of('resumed')).toEqual([]);
  });
});
