/** Which runs a list shows, in what order. Pure. */
import type { RunRecord } from '../../../storage/records.ts';

/** Runs without a figure come last. */
const high = (value: number | null | undefined): number => value ?? -Infinity;
const low = (value: number | null | undefined): number => value ?? Infinity;

export const orders = {
  newest: { label: 'Newest first', compare: (a, b) => b.created - a.created },
  oldest: { label: 'Oldest first', compare: (a, b) => a.created - b.created },
  name: { label: 'Name', compare: (a, b) => a.name.localeCompare(b.name) },
  accurate: {
    label: 'Most accurate first',
    compare: (a, b) => high(b.summary.accuracy) - high(a.summary.accuracy),
  },
  small: {
    label: 'Smallest first',
    compare: (a, b) => low(a.summary.parameters?.active) - low(b.summary.parameters?.active),
  },
} as const satisfies Record<
  string,
  { label: string; compare: (a: RunRecord, b: RunRecord) => number }
>;
export type Order = keyof typeof orders;

/** @param words all of them must be found, anywhere in name, tags, data set or state. */
export function pickRuns(runs: readonly RunRecord[], words: string, order: Order): RunRecord[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return runs
    .filter(({ name, tags, dataset, status }) => {
      const text = [name, ...tags, dataset.name, status].join('\n').toLowerCase();
      return wanted.every((word) => text.includes(word));
    })
    .sort((a, b) => {
      const difference = orders[order].compare(a, b);
      // Two that lack the figure: NaN.
      return difference || b.created - a.created;
    });
}
