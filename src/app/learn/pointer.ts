/** Outlines the panel that a stop speaks of, also one that is drawn only later. */
import { useEffect } from 'react';

const attribute = 'data-pointed';

export function usePointer(selector: string | null): void {
  useEffect(() => {
    if (selector === null) return;
    const page = document.querySelector('#root')!;
    let shown: Element | null = null;
    const scrollToIt = (): void => {
      const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
      shown?.scrollIntoView({ block: 'nearest', behavior: calm ? 'auto' : 'smooth' });
    };
    const look = (): void => {
      const found = document.querySelector(`main ${selector.split(',').join(', main ')}`);
      if (found === shown) return;
      shown?.removeAttribute(attribute);
      shown = found;
      if (!found) return;
      found.setAttribute(attribute, '');
      scrollToIt();
    };
    look();
    // A sheet that opens, or a device that is turned, takes the panel out of view.
    const resized = new ResizeObserver(() => {
      if (shown && visibleShare(shown, page) < 0.5) scrollToIt();
    });
    resized.observe(page);
    const observer = new MutationObserver(look);
    observer.observe(document.querySelector('main')!, { childList: true, subtree: true });
    return () => {
      observer.disconnect();
      resized.disconnect();
      shown?.removeAttribute(attribute);
    };
  }, [selector]);
}

/** How much of an element's height is on screen, of what could be. */
function visibleShare(element: Element, page: Element): number {
  const [box, frame] = [element.getBoundingClientRect(), page.getBoundingClientRect()];
  const top = Math.max(box.top, frame.top, 0);
  const bottom = Math.min(box.bottom, frame.bottom, window.innerHeight);
  return (bottom - top) / Math.min(box.height, frame.height, window.innerHeight);
}
