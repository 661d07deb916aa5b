/** A small search of the MobileNet-like space, with real steps on the CPU: from its start to the described network. */
import { beforeAll, describe, expect, it } from 'vitest';
import { mobilePresets } from '../../domain/settings/mobile-presets.ts';
import type { MobileSearchSettings } from '../../domain/settings/mobile-presets.ts';
import { parseArchitecture } from '../../domain/architecture/schema.ts';
import type { Architecture } from '../../domain/architecture/schema.ts';
import { countParameters } from '../granularity/count.ts';
import { createComposedStepper } from '../supernet/composed-stepper.ts';
import { rebuildNetwork } from '../train/rebuild.ts';
import type { SearchEvent } from '../../domain/events/events.ts';
import type { Checkpoint } from './checkpoint-state.ts';
import { startSearch } from './search.ts';
import { Recording, syntheticData } from './testing/setup.ts';

const settings: MobileSearchSettings = {
  ...structuredClone(mobilePresets['mobile-tiny']),
  space: {
    ...{ id: 'mobile', stem: 4, stemStride: 2, first: 4, head: 8, stageLayers: [2, 1] },
    groups: [
      { channels: 4, layers: 2, stride: 1 },
      { channels: 6, layers: 1, stride: 2 },
    ],
    candidates: [
      { kernel: 3, expansion: 2 },
      { kernel: 5, expansion: 2 },
      { kernel: 7, expansion: 3 },
    ],
  },
  batchSize: 8,
  targetParameters: 500,
};
settings.data.imageSize = 8;
settings.regularizer.lambda0 = 0.05;
settings.stage = { ...settings.stage, warmUpEpochs: 1, maxEpochs: 4 };
settings.joint = { warmUpEpochs: 0, maxEpochs: 6 };

async function search(resumeFrom?: Checkpoint) {
  const recording = new Recording();
  const checkpoints: Checkpoint[] = [];
  const stepper = await createComposedStepper('cpu');
  const { result } = startSearch({
    ...{ settings, stepper, resumeFrom, data: syntheticData(settings, { stepsPerEpoch: 3 }) },
    emit: (event) => recording.events.push(event),
    onCheckpoint: (checkpoint) => checkpoints.push(structuredClone(checkpoint)),
    now: () => 0,
  });
  const architecture = await result;
  stepper.dispose();
  return { recording, checkpoints, architecture: architecture! };
}

describe('a search of a chain', () => {
  let found: Awaited<ReturnType<typeof search>>;
  beforeAll(async () => {
    found = await search();
  }, 60_000);

  it('prunes at every level, stage by stage, and regrows an operation', () => {
    const { recording } = found;
    expect(recording.of('failed')).toEqual([]);
    expect(recording.of('stage-started').map(({ lastCell, joint }) => [lastCell, joint])).toEqual([
      [1, false],
      [2, false],
      [2, true],
    ]);
    const pruned = recording.of('pruned');
    expect(pruned.some(({ operations }) => operations.length > 0)).toBe(true);
    expect(pruned.some(({ filters }) => filters.length > 0)).toBe(true);
    expect(pruned.some(({ weights }) => weights.length > 0)).toBe(true);
    expect(recording.of('regrown').flatMap(({ operations }) => operations).length).toBeGreaterThan(
      0,
    );
  });

  it('writes the network as JSON that is read back to the same network', () => {
    const { architecture } = found;
    expect(architecture.version).toBe(2);
    const read: Architecture = parseArchitecture(JSON.stringify(architecture));
    expect(read).toEqual(JSON.parse(JSON.stringify(architecture)));
    const network = rebuildNetwork(read, 1);
    expect(countParameters(network)).toEqual({
      dense: architecture.parameters.dense,
      active: architecture.parameters.active,
    });
    expect(architecture.head.inputs.length).toBe(network.plan.table.byName.get('head.gate')!.size);
  });

  it('resumes from a checkpoint exactly as if nothing had happened', async () => {
    const { recording, checkpoints, architecture } = found;
    const middle = checkpoints[Math.floor(checkpoints.length / 2)]!;
    const resumed = await search(middle);
    expect(resumed.architecture).toEqual(architecture);
    // How much memory was in use depends on what ran before.
    const told = (events: readonly SearchEvent[]): string[] =>
      events
        .filter(({ type }) => type !== 'phase' && type !== 'resumed')
        .map((event) => JSON.stringify(event, (key, value) => (/memory/i.test(key) ? 0 : value)));
    const rest = told(recording.events.slice(middle.events));
    expect(rest.length).toBeGreaterThan(10);
    expect(told(resumed.recording.events)).toEqual(rest);
  }, 60_000);
});
