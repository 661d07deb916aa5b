/** Presentation mode: type for the back row of a classroom, and only what is looked at. Lasts as long as the page. */
import { refreshPalette } from './charts/palette.ts';

export function togglePresentation(): void {
  const { dataset } = document.documentElement;
  dataset.presentation = dataset.presentation === 'on' ? 'off' : 'on';
  refreshPalette();
}
