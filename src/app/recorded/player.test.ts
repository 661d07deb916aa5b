import { describe, expect, it } from 'vitest';
import { advance, secondsPerRun, speeds } from './player.ts';
import type { Position } from './player.ts';

const start: Position = { at: 0, waited: 0 };

/** Seconds until the last of `stops` moments is shown, in frames of a given length. */
function timeToEnd(stops: number, frame: number, speed: (typeof speeds)[number]): number {
  let position: Position | null = start;
  let seconds = 0;
  while (position && position.at < stops - 1) {
    position = advance(position, stops, frame, { speed, loop: false });
    seconds += frame;
  }
  return seconds;
}

describe('player', () => {
  it('plays a run of any length in the same time, independent of the length of a frame', () => {
    for (const stops of [2, 57, 1000]) {
      for (const frame of [1 / 60, 0.1, 0.4])
        expect(Math.abs(timeToEnd(stops, frame, 1) - secondsPerRun)).toBeLessThanOrEqual(
          2 * frame + 1e-6,
        );
    }
  });

  it('follows its speed', () => {
    for (const speed of speeds)
      expect(timeToEnd(500, 0.01, speed)).toBeCloseTo(secondsPerRun / speed, 1);
  });

  it('waits at the end, then restarts when it loops', () => {
    let position: Position | null = { at: 99, waited: 0 };
    let seconds = 0;
    while (position.at === 99) {
      position = advance(position, 100, 0.1, { speed: 1, loop: true })!;
      seconds += 0.1;
    }
    expect(position).toEqual(start);
    expect(seconds).toBeGreaterThan(1);
  });

  it('stops at the end when it does not loop', () => {
    const end = advance({ at: 98.9, waited: 0 }, 100, 1, { speed: 8, loop: false });
    expect(end).toEqual({ at: 99, waited: 0 });
    expect(advance(end!, 100, 0.1, { speed: 1, loop: false })).toBeNull();
  });

  it('stays at the same step in a run of one step', () => {
    expect(advance(start, 1, 1, { speed: 1, loop: false })).toBeNull();
  });
});
