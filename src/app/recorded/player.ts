/**
 * Plays a run that is over, as time travel: moves the shown moment through the run's stops at an even pace. The clock is
 * the caller's (an animation frame), so the pace is a function of time alone and can be tested without one.
 */
import { createStore, useStore } from 'zustand';

/** Seconds that a whole run takes at 1x. */
export const secondsPerRun = 30;
/** Seconds that the last moment stays before the run begins again. */
const rest = 4;
export const speeds = [0.5, 1, 2, 4, 8] as const;
export type Speed = (typeof speeds)[number];

export interface PlayerState {
  playing: boolean;
  speed: Speed;
  loop: boolean;
}

export const player = createStore<PlayerState>(() => ({ playing: false, speed: 1, loop: true }));

export function usePlayer<T>(select: (state: PlayerState) => T): T {
  return useStore(player, select);
}

/** Where playing stands: stops are whole numbers, and it moves between them. `waited`: seconds spent at the end. */
export interface Position {
  readonly at: number;
  readonly waited: number;
}

/**
 * @param stops moments of the run.
 * @param seconds since the position before.
 * @returns the position now; null when the run has been played to its end and does not loop.
 */
export function advance(
  { at, waited }: Position,
  stops: number,
  seconds: number,
  { speed, loop }: Pick<PlayerState, 'speed' | 'loop'>,
): Position | null {
  const last = Math.max(0, stops - 1);
  const next = at + (last * seconds * speed) / secondsPerRun;
  if (next < last) return { at: next, waited: 0 };
  if (!loop) return at < last ? { at: last, waited: 0 } : null;
  const longer = waited + seconds * speed;
  return longer >= rest ? { at: 0, waited: 0 } : { at: last, waited: longer };
}
