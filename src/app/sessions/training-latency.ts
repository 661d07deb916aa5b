/** The latency that an export states: measured after the training, or in the library of the same architecture. Pure. */
import type { TrainEvent } from '../../engine/train/events.ts';
import type { MeasuredLatency } from '../../engine/train/latency.ts';
import type { ArchitectureRecord } from '../../storage/records.ts';
import { fingerprint } from '../../storage/trainings.ts';

type EventOf<T extends TrainEvent['type']> = Extract<TrainEvent, { type: T }>;

interface Finished {
  /** Fingerprint of the architecture as it was given. */
  readonly of: string | null;
  readonly started: EventOf<'training-started'> | null;
  readonly latency: EventOf<'training-latency'> | null;
}

export function latencyFor(
  { of, started, latency }: Finished,
  records: readonly ArchitectureRecord[],
): MeasuredLatency | null {
  if (latency) {
    const { adapter, images, passes, median, percentile95 } = latency;
    return {
      adapter: adapter ?? started?.backend ?? 'an unknown adapter',
      images,
      passes,
      median,
      percentile95,
    };
  }
  // A widened network takes longer than the one that was given.
  return of === null || started?.settings.widen !== 1 ? null : measuredInLibrary(of, records);
}

/** @param of fingerprint of the architecture. */
export function measuredInLibrary(
  of: string,
  records: readonly ArchitectureRecord[],
): MeasuredLatency | null {
  return (
    records.find(({ latency, architecture }) => latency && fingerprint(architecture) === of)
      ?.latency ?? null
  );
}
