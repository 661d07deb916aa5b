/**
 * A comparison gives way to a search or a training of this page, and goes on once that is over: side by side both would
 * be slow, and the times that the comparison tells would be wrong.
 */
import { whileOccupied } from './device.ts';
import { comparisons } from './comparison-state.ts';

/** @param hold pauses it; @param goOn ends that. @returns a function that ends the watch. */
export function giveWay(hold: () => void, goOn: () => void): () => void {
  return whileOccupied((occupant) => {
    const { work, gaveWayTo } = comparisons.getState();
    if (occupant !== null && work === 'running') {
      hold();
      comparisons.setState({ gaveWayTo: occupant });
    } else if (occupant === null && gaveWayTo !== null) {
      // Unless it was resumed by hand meanwhile.
      if (work === 'paused' || work === 'pausing') goOn();
      comparisons.setState({ gaveWayTo: null });
    }
  });
}
