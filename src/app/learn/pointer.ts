/** Outlines the panel that a stop speaks of, also one that is drawn only later. */
import { useEffect } from 'react';

const attribute = 'data-pointed';

export function usePointer(selector: string | null): void {
  useEffect(() => {
    if (selector === null) return;
    let shown: Element | null = null;
    const look = (): void => {
      const found = document.querySelector(`main ${selector.split(',').join(', main ')}`);
      if (found === shown) return;
      shown?.removeAttribute(attribute);
      shown = found;
      if (!found) return;
      found.setAttribute(attribute, '');
      const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
      found.scrollIntoView({ block: 'nearest', behavior: calm ? 'auto' : 'smooth' });
    };
    look();
    const observer = new MutationObserver(look);
    observer.observe(document.querySelector('main')!, { childList: true, subtree: true });
    return () => {
      observer.disconnect();
      shown?.removeAttribute(attribute);
    };
  }, [selector]);
}
