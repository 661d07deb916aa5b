/** A whole search on the fake stepper, with its events and checkpoints: real data for tests of what keeps and reads them. */
import type { CellSearchSettings } from '../../../domain/settings/presets.ts';
import type { Checkpoint } from '../checkpoint-state.ts';
import type { SearchEvent } from '../../../domain/events/events.ts';
import { startSearch } from '../search.ts';
import { FakeStepper } from './fake-stepper.ts';
import { smallSettings, syntheticData } from './setup.ts';

export interface SampleRun {
  settings: CellSearchSettings;
  events: SearchEvent[];
  checkpoints: Checkpoint[];
}

export async function sampleRun(
  change?: (settings: CellSearchSettings) => void,
): Promise<SampleRun> {
  const settings = smallSettings(change);
  const events: SearchEvent[] = [];
  const checkpoints: Checkpoint[] = [];
  const { result } = startSearch({
    ...{ settings, data: syntheticData(settings), stepper: new FakeStepper() },
    emit: (event) => events.push(event),
    onCheckpoint: (checkpoint) => checkpoints.push(checkpoint),
    checkpointEvery: 5,
  });
  await result;
  return { settings, events, checkpoints };
}
