/**
 * A run's events, and the run model at any moment of it: keyframes of the fold at every `units` event, and the events in
 * between. What it keeps is bounded, however long the run: curves are thinned, and of old epochs every other one's units.
 */
import type { CellUnits, SearchEvent } from '../../domain/events/events.ts';
import { emptyRun, reduceRun } from './run-model.ts';
import type { RunModel } from './run-state.ts';

type EventOf<T extends SearchEvent['type']> = Extract<SearchEvent, { type: T }>;

export type StopKind =
  'start' | 'step' | 'stage' | 'commit' | 'epoch' | 'regrown' | 'evaluated' | 'fork' | 'end';

/** A moment to stop at: the run after its first `events` events. */
export interface Stop {
  readonly events: number;
  readonly step: number;
  readonly kind: StopKind;
  /** Of its stage, where it is a commit. */
  readonly round: number | null;
  readonly stage: number;
}

interface Keyframe {
  readonly events: number;
  readonly run: RunModel;
}

/** Above it every other `step` event is left out, then three of four, and so on. */
const mostSteps = 8_000;
/** Numbers in the `units` events kept, up to 8 bytes each. */
const mostNumbersKept = 12_000_000;

export class Timeline {
  readonly events: SearchEvent[] = [];
  readonly stops: Stop[] = [];
  /** After the last event. */
  run: RunModel = emptyRun;
  private readonly keyframes: Keyframe[] = [{ events: 0, run: emptyRun }];
  private steps = 0;
  private stride = 1;
  private numbers = 0;
  private round: number | null = null;
  private last: { stop: number; run: RunModel } | null = null;

  constructor(private readonly mostNumbers = mostNumbersKept) {}

  append(events: readonly SearchEvent[]): void {
    for (const event of events) this.add(event);
  }

  /** @param stop index into `stops`; beyond them, the newest moment. */
  at(stop: number): RunModel {
    if (stop >= this.stops.length - 1) return this.run;
    if (this.last?.stop === stop) return this.last.run;
    const { events } = this.stops[Math.max(0, stop)]!;
    const key = this.keyframes.findLast((frame) => frame.events <= events)!;
    let { run } = key;
    for (let i = key.events; i < events; i++) run = reduceRun(run, this.events[i]!);
    this.last = { stop, run };
    return run;
  }

  private add(event: SearchEvent): void {
    // The newest model folds all; what replay leaves out are points that its curves would have averaged.
    this.run = reduceRun(this.run, event);
    if (event.type === 'step' && this.steps++ % this.stride !== 0) return;
    if (this.steps > mostSteps * this.stride) this.stride *= 2;
    this.events.push(event);
    const kind = this.kindOf(event);
    if (kind)
      this.stops.push({
        events: this.events.length,
        step: event.step,
        kind,
        round: kind === 'commit' ? this.round : null,
        stage: this.run.stages.at(-1)?.index ?? 0,
      });
    if (event.type === 'units') {
      this.keyframes.push({ events: this.events.length, run: this.run });
      this.bound(event);
    }
  }

  private kindOf(event: SearchEvent): StopKind | null {
    switch (event.type) {
      case 'started':
        return 'start';
      case 'step':
      case 'evaluated':
        return event.type;
      case 'committed':
        this.round = event.round;
        return null;
      case 'units': {
        // The ratios before it say what it is: of a commit, of a stage's start, of a regrowth, or of an epoch.
        const before = this.events.at(-3)?.type;
        return before === 'committed'
          ? 'commit'
          : before === 'regrown'
            ? 'regrown'
            : before === 'phase' && event.committed
              ? 'stage'
              : 'epoch';
      }
      case 'forked':
        return 'fork';
      case 'finished':
      case 'stopped':
      case 'failed':
        return 'end';
      default:
        return null;
    }
  }

  /**
   * Where the `units` events together have grown too large, every other one of the older half is told by the one before
   * it. In place: keyframes and models hold the same objects.
   */
  private bound({ cells }: EventOf<'units'>): void {
    this.numbers += countNumbers(cells);
    if (this.numbers <= this.mostNumbers) return;
    const units = this.events.filter((one) => one.type === 'units');
    const older = units.slice(0, units.length / 2);
    // Commits go last: they are what people scrub to.
    if (!coarsen(older, ({ committed }) => !committed)) coarsen(older, () => true);
    this.numbers = [...new Set(units.map((one) => one.cells))].reduce(
      (sum, own) => sum + countNumbers(own),
      0,
    );
  }
}

/** Tells every other event that may be given up by the one before it. @returns whether there was any. */
function coarsen(
  units: readonly EventOf<'units'>[],
  mayGo: (event: EventOf<'units'>) => boolean,
): boolean {
  let odd = false;
  let gone = 0;
  let before: CellUnits[] | null = null;
  for (const one of units) {
    if (mayGo(one) && before && one.cells !== before && (odd = !odd)) {
      one.cells = before;
      gone++;
    } else before = one.cells;
  }
  return gone > 0;
}

function countNumbers(cells: readonly CellUnits[]): number {
  return cells.reduce(
    (sum, { operations, filters, weights }) =>
      sum +
      2 * operations.importances.length +
      filters.reduce((own, { gates, ids }) => own + gates.length + (ids?.length ?? 0) + 20, 0) +
      weights.length * 70,
    0,
  );
}

const landmarks: ReadonlySet<StopKind> = new Set(['commit', 'stage', 'regrown', 'fork', 'end']);

/** The stop before or after that is a commit, a regrowth, a stage's start, a fork or the end; null where there is none. */
export function landmark(stops: readonly Stop[], from: number, direction: 1 | -1): number | null {
  for (let i = from + direction; i >= 0 && i < stops.length; i += direction) {
    if (landmarks.has(stops[i]!.kind)) return i;
  }
  return null;
}
