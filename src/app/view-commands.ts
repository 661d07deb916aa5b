/** A key for each view. */
import { openView, viewNames } from './router.ts';
import type { View } from './router.ts';

export interface Command {
  /** tinykeys' name of the key, and what is printed on it. */
  key: string;
  shown: string;
  label: string;
  /** Held down, it goes on. */
  repeats?: boolean;
  perform: () => void;
}

/** Keys 1 to 9 and 0 for the first ten views; a view beyond them has no key, and takes none away. */
export function viewCommands(all: readonly View[]): Command[] {
  return all.slice(0, 10).map((view, i) => ({
    key: String((i + 1) % 10),
    shown: String((i + 1) % 10),
    label: `Show ${viewNames[view].toLowerCase()}`,
    perform: () => openView(view),
  }));
}
