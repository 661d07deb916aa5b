/** What else has the graphics device. In words; null = nothing. A paused search, training or comparison leaves it alone. */
import { activeStates } from './search-client.ts';
import { lab, useLab } from '../store/store.ts';
import type { LabState } from '../store/store.ts';
import { isTraining, training, useTraining } from './training.ts';
import type { Training } from './training.ts';
import { comparisons, useComparisons } from './comparison-state.ts';
import type { Comparisons } from './comparison-state.ts';

const searches = ({ state }: Pick<LabState, 'state'>): boolean =>
  activeStates.includes(state) && state !== 'paused';
const trains = (state: Pick<Training, 'state'>): boolean =>
  isTraining(state) && state.state !== 'paused';
const compares = ({ work }: Pick<Comparisons, 'work'>): boolean =>
  work !== 'idle' && work !== 'paused';

const words = (searching: boolean, isTrained: boolean, comparing = false): string | null =>
  searching ? 'A search' : isTrained ? 'A training' : comparing ? 'A comparison' : null;

/** For a comparison. */
export function useOccupied(): string | null {
  return words(useLab(searches), useTraining(trains));
}

/** For anything but searches, trainings and comparisons. */
export function useOccupiedByAny(): string | null {
  return words(useLab(searches), useTraining(trains), useComparisons(compares));
}

/** Tells what has the device now, and whenever that is another. @returns a function that ends that. */
function watch(
  stores: readonly { subscribe: (listener: () => void) => () => void }[],
  occupantNow: () => string | null,
  onChange: (occupant: string | null, end: () => void) => void,
): () => void {
  let last: string | null = null;
  const look = (): void => {
    const occupant = occupantNow();
    if (occupant === last) return;
    last = occupant;
    onChange(occupant, end);
  };
  const unsubscribe = stores.map((store) => store.subscribe(look));
  const end = (): void => unsubscribe.forEach((one) => one());
  look();
  return end;
}

/** @param onChange told whenever a search or a training takes the device, and when neither has it any more (null). */
export function whileOccupied(onChange: (occupant: string | null) => void): () => void {
  return watch(
    [lab, training],
    () => words(searches(lab.getState()), trains(training.getState())),
    onChange,
  );
}

/** @param onChange told when the device has been taken by any of them, once; @returns a function that ends that. */
export function whenOccupied(onChange: (occupant: string) => void): () => void {
  const occupantNow = (): string | null =>
    words(searches(lab.getState()), trains(training.getState()), compares(comparisons.getState()));
  return watch([lab, training, comparisons], occupantNow, (occupant, end) => {
    if (occupant === null) return;
    end();
    onChange(occupant);
  });
}
