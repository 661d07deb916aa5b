/** Presentation mode: type for the back row of a classroom, and only what is looked at. Kept for this tab. */
import { useSyncExternalStore } from 'react';
import { refreshPalette } from './charts/palette.ts';

const listeners = new Set<() => void>();

const isPresenting = (): boolean => document.documentElement.dataset.presentation === 'on';

export function togglePresentation(): void {
  document.documentElement.dataset.presentation = isPresenting() ? 'off' : 'on';
  refreshPalette();
  for (const listener of listeners) listener();
}

export function usePresentation(): boolean {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, isPresenting);
}
