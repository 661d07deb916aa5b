/** Presentation mode: type for the back row of a classroom, and only what is looked at. Lasts as long as the page. */
import { useSyncExternalStore } from 'react';
import { onPaletteChange, refreshPalette } from './charts/palette.ts';

export const isPresenting = (): boolean => document.documentElement.dataset.presentation === 'on';

export function togglePresentation(): void {
  document.documentElement.dataset.presentation = isPresenting() ? 'off' : 'on';
  refreshPalette();
}

export const usePresentation = (): boolean => useSyncExternalStore(onPaletteChange, isPresenting);
