/** Where the tour's card stands: in the room beside what it points at, never on it. Pure. */

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Between card, window and what it points at. */
const gap = 12;
/** The card scrolls inside; a smaller one could not be read. */
const least = { width: 300, height: 230 };

/**
 * @param target in the window's coordinates.
 * @param wanted size that the card would have with all room.
 * @returns the card's place, within the window and clear of the target; null where no side has room for it.
 */
export function placeCard(
  target: Box,
  window: { width: number; height: number },
  wanted: { width: number; height: number },
): Box | null {
  const right = target.left + target.width;
  const bottom = target.top + target.height;
  const rooms: Box[] = [
    room(Math.max(0, right) + gap, gap, window.width - gap, window.height - gap),
    room(gap, gap, Math.min(target.left, window.width) - gap, window.height - gap),
    room(gap, Math.max(0, bottom) + gap, window.width - gap, window.height - gap),
    room(gap, gap, window.width - gap, Math.min(target.top, window.height) - gap),
  ];
  const fitting = rooms
    .map((place) => ({
      place,
      width: Math.min(place.width, wanted.width),
      height: Math.min(place.height, wanted.height),
    }))
    .filter(({ width, height }) => width >= least.width && height >= least.height)
    .sort((a, b) => b.width * b.height - a.width * a.height);
  const best = fitting[0];
  if (!best) return null;
  const { place, width, height } = best;
  // In the right lower corner of its room: where it has always been looked for.
  return {
    ...{ width, height },
    left: place.left + place.width - width,
    top: place.top + place.height - height,
  };
}

const room = (left: number, top: number, right: number, bottom: number): Box => ({
  ...{ left, top },
  width: Math.max(0, right - left),
  height: Math.max(0, bottom - top),
});
