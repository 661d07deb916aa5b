/** How long the loaded network takes for a batch on this device, its readback included. */
import type { Batch, Stepper } from '../supernet/stepper.ts';

/** Left out: the first runs also prepare. */
export const warmUps = 3;
export const passes = 20;

export interface Latency {
  /** In the batch. */
  readonly images: number;
  /** Runs that it is taken over. */
  readonly passes: number;
  /** Milliseconds. */
  readonly median: number;
  readonly percentile95: number;
}

/** A latency and what it is of. */
export interface MeasuredLatency extends Latency {
  /** What the network ran on, by name. */
  readonly adapter: string;
}

/** @param gate passed before every run. */
export async function measureLatency(
  stepper: Pick<Stepper, 'logits'>,
  batch: Batch,
  now: () => number,
  gate: () => Promise<void>,
): Promise<Latency> {
  const times: number[] = [];
  for (let i = 0; i < warmUps + passes; i++) {
    await gate();
    const start = now();
    await stepper.logits(batch, 'running');
    if (i >= warmUps) times.push(now() - start);
  }
  times.sort((a, b) => a - b);
  return {
    images: batch.size,
    passes,
    median: percentile(times, 0.5),
    percentile95: percentile(times, 0.95),
  };
}

/** The smallest value that at least this share does not exceed. @param sorted ascending. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}
