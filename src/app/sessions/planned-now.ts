/** The super-net that Start would build, counted a moment after the settings have come to rest; and whether a device holds it. */
import { createStore, useStore } from 'zustand';
import { lessMemory } from '../../domain/counts.ts';
import { noHalfFloats } from '../../domain/settings/half-floats.ts';
import type { SearchSettings } from '../../domain/settings/schema.ts';
import type { AdapterInfo } from '../../protocol/messages.ts';
import { bytes } from '../format.ts';
import { plannedNetwork } from '../store/planned.ts';
import type { PlannedNetwork } from '../store/planned.ts';
import { lab } from '../store/store.ts';
import type { LabState } from '../store/store.ts';
import { chosenImages } from './dataset-sources.ts';
import { datasets } from './datasets-state.ts';

/** Counting a large super-net takes a noticeable moment: not at every key press. */
const calm = 250;

interface PlannedNow {
  readonly network: PlannedNetwork | null;
  /** Of which settings; others are still to be counted. */
  readonly of: SearchSettings | null;
}

const planned = createStore<PlannedNow>(() => ({ network: null, of: null }));

export const usePlannedNetwork = (): PlannedNetwork | null =>
  useStore(planned, ({ network }) => network);

let timer: ReturnType<typeof setTimeout> | undefined;
let last: unknown[] = [];

function plan(): void {
  const { settings } = lab.getState();
  const images = chosenImages(datasets.getState());
  if (last[0] === settings && last[1] === images) return;
  last = [settings, images];
  clearTimeout(timer);
  timer = setTimeout(
    () => planned.setState({ network: images && plannedNetwork(settings, images), of: settings }),
    calm,
  );
}

if (typeof window !== 'undefined') {
  lab.subscribe(plan);
  datasets.subscribe(plan);
  plan();
}

/** Gigabytes of this computer's memory, rounded down, as far as the browser says. */
const computerMemory = (): number | undefined =>
  (globalThis.navigator as (Navigator & { deviceMemory?: number }) | undefined)?.deviceMemory;

/**
 * Why the device cannot hold a super-net; null: nothing is known against it. A device does not say how much memory it has,
 * only how large one tensor may be; a software adapter uses the computer's.
 * @param memory bytes of the computer.
 */
export function memoryObstacle(
  { stageBytes, largestTensor }: Pick<PlannedNetwork, 'stageBytes' | 'largestTensor'>,
  { software, largestBuffer }: Pick<AdapterInfo, 'software' | 'largestBuffer'>,
  memory: number | null,
): string | null {
  const most = Math.max(...stageBytes);
  if (largestBuffer !== undefined && largestTensor > largestBuffer)
    return `Memory: one tensor of the super-net has ${bytes(largestTensor)}, and this device holds at most ${bytes(largestBuffer)} in one. ${lessMemory}.`;
  if (software && memory !== null && most > memory)
    return `Memory: a stage of the super-net needs about ${bytes(most)}, and this computer has about ${bytes(memory)} for its software adapter. ${lessMemory}, or use a computer with a graphics card.`;
  return null;
}

/** Why a backend cannot store half floats; null: it can, or the settings do not ask for it. */
export function halfFloatObstacle(
  { halfFloats }: Pick<SearchSettings, 'halfFloats'>,
  backend: LabState['backend'],
  adapter: Pick<AdapterInfo, 'halfFloats'> | null,
): string | null {
  const lacks = backend !== 'webgpu' || adapter?.halfFloats === false;
  return halfFloats && lacks ? noHalfFloats : null;
}

/** Of what Start would begin now. */
export function memoryProblem({
  settings,
  backend,
  probe,
}: Pick<LabState, 'settings' | 'backend' | 'probe'>): string | null {
  const halfFloats = halfFloatObstacle(settings, backend, probe?.webgpu ?? null);
  if (halfFloats) return halfFloats;
  const { network, of } = planned.getState();
  if (!network || of !== settings || backend !== 'webgpu' || !probe?.webgpu) return null;
  const memory = computerMemory();
  return memoryObstacle(network, probe.webgpu, memory === undefined ? null : memory * 2 ** 30);
}

/** Hook: again whenever the count or the settings change. */
export function useMemoryProblem(state: Parameters<typeof memoryProblem>[0]): string | null {
  return useStore(planned, () => memoryProblem(state));
}
