/** Ties the player to the page: while it plays, every frame shows the moment that is due. */
import { scrubTo, shownStops } from '../store/replay.ts';
import { lab } from '../store/store.ts';
import { advance, player, speeds } from './player.ts';
import type { Position } from './player.ts';

/** Milliseconds between two moments shown: charts need not be drawn at every frame. */
const beat = 90;
/** A page that was in the background does not jump ahead. */
const longestFrame = 500;

let position: Position = { at: 0, waited: 0 };
let last = 0;
let frame = 0;
/** The moment shown by the last beat: another one means that the user has moved. */
let shown: number | null = null;

const momentOf = (): number => lab.getState().cursor ?? Math.max(0, shownStops().length - 1);

function beatNow(now: number): void {
  frame = requestAnimationFrame(beatNow);
  if (now - last < beat) return;
  const seconds = Math.min(now - last, longestFrame) / 1000;
  last = now;
  const stops = shownStops().length;
  if (stops < 2) return;
  if (momentOf() !== shown) position = { at: momentOf(), waited: 0 };
  const next = advance(position, stops, seconds, player.getState());
  if (!next) {
    pausePlaying();
    return;
  }
  position = next;
  const moment = Math.floor(position.at);
  if (moment !== momentOf()) scrubTo(moment);
  shown = momentOf();
}

/** From the moment shown; from the beginning where that is the last one. */
export function startPlaying(): void {
  if (player.getState().playing) return;
  const stops = shownStops().length;
  const from = momentOf();
  position = { at: from >= stops - 1 ? 0 : from, waited: 0 };
  if (position.at === 0) scrubTo(0);
  shown = momentOf();
  last = performance.now();
  player.setState({ playing: true });
  frame = requestAnimationFrame(beatNow);
}

export function pausePlaying(): void {
  cancelAnimationFrame(frame);
  player.setState({ playing: false });
}

export function togglePlaying(): void {
  if (player.getState().playing) pausePlaying();
  else startPlaying();
}

export function changeSpeed(direction: 1 | -1): void {
  const at = speeds.indexOf(player.getState().speed) + direction;
  if (at >= 0 && at < speeds.length) player.setState({ speed: speeds[at] });
}
