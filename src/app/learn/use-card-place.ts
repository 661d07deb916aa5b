/** Hook: keeps the tour's card beside what it points at, wherever that moves. */
import { useEffect, useState } from 'react';
import type { RefObject } from 'react';
import { placeCard } from './place.ts';
import type { Box } from './place.ts';

/** Milliseconds between two looks: panels move when views load, and when their content grows. */
const lookEvery = 250;
/** Below it the card is a sheet under the page, which ends where the sheet begins. */
const narrow = window.matchMedia('(max-width: 720px)');

/** @returns null: no side has room, so it stands under the page. */
export function useCardPlace(card: RefObject<HTMLElement | null>, key: unknown): Box | null {
  const [place, setPlace] = useState<Box | null>(null);
  useEffect(() => {
    let last = '';
    // The page shrinks beside a sheet, which could make room again: without this it would go back and forth.
    let docked = false;
    const look = (): void => {
      const target = document.querySelector('main [data-pointed]')?.getBoundingClientRect();
      const element = card.current;
      if (!element) return;
      const width = Math.min(
        document.documentElement.dataset.presentation === 'on' ? 520 : 400,
        window.innerWidth - 24,
      );
      const wanted = { width, height: contentHeight(element) };
      const next =
        docked || narrow.matches || !target
          ? null
          : placeCard(target, { width: window.innerWidth, height: window.innerHeight }, wanted);
      docked ||= target !== undefined && next === null;
      if (JSON.stringify(next) === last) return;
      last = JSON.stringify(next);
      setPlace(next);
    };
    look();
    const timer = setInterval(look, lookEvery);
    const resized = (): void => {
      docked = false;
      look();
    };
    window.addEventListener('resize', resized);
    window.addEventListener('scroll', look, { passive: true, capture: true });
    return () => {
      clearInterval(timer);
      window.removeEventListener('resize', resized);
      window.removeEventListener('scroll', look, { capture: true });
    };
  }, [card, key]);
  return place;
}

/** What it would need to show all of itself. */
function contentHeight(element: HTMLElement): number {
  const border = element.offsetHeight - element.clientHeight;
  return element.scrollHeight + border;
}
